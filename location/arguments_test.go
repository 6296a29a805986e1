package location_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/assay-dev/assay/location"
)

func wantInvalid(t *testing.T, what string, err error, invalid bool) {
	t.Helper()
	if !invalid {
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
		return
	}
	if _, outside := err.(*location.Error); !outside || !errors.Is(err, location.ErrInvalidArgument) || location.Classify(err) != location.Determinate {
		t.Errorf("%s: %v, want a determinate invalid argument", what, err)
	}
}

func TestAKeyIsUTF8WithoutNULUpToItsLength(t *testing.T) {
	long := strings.Repeat("é", 100)
	for key, invalid := range map[string]bool{
		"a": false, "/": false, "..": false, " ": false, "\n": false, "😀": false, "\ufffd": false, long: false,
		"": true, long + "x": true, "a\x00b": true, "\xff": true, "a\xed\xa0\x80": true,
	} {
		wantInvalid(t, key, location.CheckKey(key, 200), invalid)
	}
}

func TestTheMessageAboutALongKeyIsShort(t *testing.T) {
	err := location.CheckKey(strings.Repeat("k", 1<<20), 200)
	if len(err.Error()) > 200 || !strings.Contains(err.Error(), "200") {
		t.Errorf("%q", err)
	}
}

func TestACompareAndSetHasToMoveForwardWithinTheLegalNumbers(t *testing.T) {
	at := func(n location.SeqNo) *location.SeqNo { return &n }
	for _, c := range []struct {
		expected *location.SeqNo
		next     location.SeqNo
		invalid  bool
	}{
		{nil, 0, false}, {nil, location.MaxSeqNo, false}, {nil, location.MaxSeqNo + 1, true}, {nil, math.MaxUint64, true},
		{at(0), 1, false}, {at(5), 10, false}, {at(location.MaxSeqNo - 1), location.MaxSeqNo, false},
		{at(0), 0, true}, {at(5), 5, true}, {at(5), 4, true}, {at(5), 0, true},
		{at(location.MaxSeqNo), location.MaxSeqNo + 1, true}, {at(math.MaxUint64), 0, true}, {at(math.MaxUint64), math.MaxUint64, true},
	} {
		wantInvalid(t, c.next.String(), location.CheckCompareAndSet("k", c.expected, c.next), c.invalid)
	}
}

func TestALimitIsNotNegative(t *testing.T) {
	for limit, invalid := range map[int64]bool{0: false, 1: false, location.ScanAll: false, -1: true, math.MinInt64: true} {
		wantInvalid(t, "limit", location.CheckScan("k", limit), invalid)
	}
}
