package faults

import (
	"strings"
	"testing"
	"time"
)

func TestAPlanIsReadAndPrintsItselfAsTheFlag(t *testing.T) {
	for _, c := range []struct {
		specs []string
		want  Plan
		flag  string
	}{
		{nil, Plan{}, ""},
		{[]string{"unreliable"}, Plan{UnreliableRate: DefaultRate}, "unreliable=0.1"},
		{[]string{"unreliable=0.25"}, Plan{UnreliableRate: 0.25}, "unreliable=0.25"},
		{[]string{"unreliable=1"}, Plan{UnreliableRate: 1}, "unreliable=1"},
		{[]string{"cut-connections"}, Plan{CutInterval: DefaultCutInterval}, "cut-connections=200ms"},
		{[]string{"cut-connections=1.5s", "unreliable"}, Plan{DefaultRate, 1500 * time.Millisecond}, "unreliable=0.1,cut-connections=1.5s"},
	} {
		plan, err := Parse(c.specs)
		if err != nil {
			t.Fatal(err)
		}
		if plan != c.want || plan.String() != c.flag || plan.Empty() != (c.flag == "") {
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
		"unreliabel":      `unknown fault "unreliabel": known are unreliable, cut-connections`,
		"":                `unknown fault "": known are unreliable, cut-connections`,
		"unreliable=":     "a value is missing after =",
		"unreliable=much": `the rate "much" is not a number above 0 and up to 1`,
		"unreliable=0":    "not a number above 0",
		"unreliable=1.5":  "up to 1",
		"unreliable=NaN":  "not a number",

		"cut-connections=5":   "not a length of time",
		"cut-connections=0s":  "from 1ms on",
		"cut-connections=-1s": "from 1ms on",
	} {
		if _, err := Parse([]string{spec}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", spec, err, want)
		}
	}
	if _, err := Parse([]string{"unreliable", "unreliable=0.2"}); err == nil || !strings.Contains(err.Error(), "twice") {
		t.Errorf("named twice: %v", err)
	}
}
