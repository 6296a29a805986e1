package location_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/assay-dev/assay/location"
)

func TestRelaxationsReadBackFromTheirNames(t *testing.T) {
	all := location.AllRelaxations()
	if all.String() != "delete-size,truncate-count,stale-head,no-restore" {
		t.Errorf("all are %v", all)
	}
	got, err := location.ParseRelaxations(strings.Split(all.String(), ","))
	if err != nil || !slices.Equal(got, all) {
		t.Errorf("read back %v, %v", got, err)
	}
}

func TestARelaxationNamedTwiceCountsOnce(t *testing.T) {
	got, err := location.ParseRelaxations([]string{"stale-head", "stale-head"})
	if err != nil || got.String() != "stale-head" {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestNothingIsRelaxedUnlessNamed(t *testing.T) {
	strict, err := location.ParseRelaxations(nil)
	if err != nil || len(strict) != 0 || strict.String() != "" {
		t.Errorf("got %v, %v", strict, err)
	}
	for _, r := range location.AllRelaxations() {
		if strict.Allow(r) || !(location.Relaxations{r}).Allow(r) {
			t.Errorf("%s is allowed by nobody or by everybody", r)
		}
	}
}

func TestAnUnknownRelaxationIsAnErrorThatNamesTheKnownOnes(t *testing.T) {
	for _, name := range []string{"", "Stale-Head", "stale head", "everything"} {
		_, err := location.ParseRelaxations([]string{"stale-head", name})
		if err == nil || !strings.Contains(err.Error(), "no-restore") {
			t.Errorf("%q: %v", name, err)
		}
	}
}
