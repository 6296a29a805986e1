package faults

import (
	"strings"
	"testing"
)

func TestAPlanIsReadAndPrintsItselfAsTheFlag(t *testing.T) {
	for _, c := range []struct {
		specs []string
		rate  float64
		flag  string
	}{
		{nil, 0, ""},
		{[]string{"unreliable"}, DefaultRate, "unreliable=0.1"},
		{[]string{"unreliable=0.25"}, 0.25, "unreliable=0.25"},
		{[]string{"unreliable=1"}, 1, "unreliable=1"},
	} {
		plan, err := Parse(c.specs)
		if err != nil {
			t.Fatal(err)
		}
		if plan.UnreliableRate != c.rate || plan.String() != c.flag || plan.Empty() != (c.flag == "") {
			t.Errorf("%q: got %+v, which prints as %q", c.specs, plan, plan)
		}
		if c.flag == "" {
			continue
		}
		if again, err := Parse(strings.Split(plan.String(), ",")); err != nil || again != plan {
			t.Errorf("%q: read again it is %+v, %v", c.specs, again, err)
		}
	}
}

func TestABadFaultIsAnErrorThatSaysWhatIsKnown(t *testing.T) {
	for spec, want := range map[string]string{
		"unreliabel":      `unknown fault "unreliabel": known are unreliable`,
		"":                `unknown fault "": known are unreliable`,
		"unreliable=":     "a value is missing after =",
		"unreliable=much": `the rate "much" is not a number above 0 and up to 1`,
		"unreliable=0":    "not a number above 0",
		"unreliable=1.5":  "up to 1",
		"unreliable=NaN":  "not a number",
	} {
		if _, err := Parse([]string{spec}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", spec, err, want)
		}
	}
	if _, err := Parse([]string{"unreliable", "unreliable=0.2"}); err == nil || !strings.Contains(err.Error(), "twice") {
		t.Errorf("named twice: %v", err)
	}
}
