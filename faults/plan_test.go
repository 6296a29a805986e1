package faults

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestFaultsOnTheCommandLineStandForLines(t *testing.T) {
	for flag, want := range map[string]string{
		"unreliable":                      "unreliable rate=0.1\n",
		"unreliable=0.25":                 "unreliable rate=0.25\n",
		"cut-connections":                 "cut-connections every 200ms\n",
		"cut-connections=1.5s unreliable": "cut-connections every 1.5s\nunreliable rate=0.1\n",
	} {
		plan, err := Parse(strings.Fields(flag))
		if err != nil || plan.String() != want {
			t.Errorf("%s: %q, %v", flag, plan.String(), err)
		}
	}
	line := "unreliable rate=0.3 after 1s every 2s for 500ms"
	if plan, err := Parse([]string{"  " + line}); err != nil || plan.String() != line+"\n" {
		t.Errorf("a whole line: %q, %v", plan, err)
	}
}

func TestAPlanPrintsItselfAsItIsRead(t *testing.T) {
	for text, want := range map[string]Plan{
		"":                                    nil,
		"# nothing\n\n   \n":                  nil,
		"unreliable rate=0.2 # all the time":  {{Kind: "unreliable", Settings: []string{"rate=0.2"}}},
		"unreliable after 1s":                 {{Kind: "unreliable", When: When{After: time.Second}}},
		"unreliable every 2s after 1s for 3s": {{Kind: "unreliable", When: When{After: time.Second, Every: 2 * time.Second}, For: 3 * time.Second}},
		"unreliable at compare_and_set 5 of process 3 for 1s": {{
			Kind: "unreliable", For: time.Second,
			When: When{At: Operation{Name: "compare_and_set", Nth: 5, Whose: "process", Number: 3}},
		}},
		"unreliable at get 1\ncut-connections every 1s": {
			{Kind: "unreliable", When: When{At: Operation{Name: "get", Nth: 1}}},
			{Kind: "cut-connections", When: When{Every: time.Second}},
		},
	} {
		plan, err := Read(text)
		if err != nil || !reflect.DeepEqual(plan, want) {
			t.Errorf("%q is read as %+v, %v", text, plan, err)
		}
		if again, err := Read(plan.String()); err != nil || !reflect.DeepEqual(again, plan) {
			t.Errorf("%q prints itself as %q, which is read as %+v, %v", text, plan.String(), again, err)
		}
	}
}

func TestABadLineIsNamedByItsNumberAndSaysWhatIsKnown(t *testing.T) {
	for text, want := range map[string]string{
		"\nunreliabel":                    `line 2: unknown fault "unreliabel": known are unreliable, cut-connections`,
		"unreliable rat=1":                `unreliable does not know "rat": known are rate`,
		"unreliable rate=0.1 rate=0.2":    "rate is set twice",
		"unreliable rate=much":            `the rate "much" is not a number above 0 and up to 1`,
		"unreliable rate=0":               "not a number above 0",
		"unreliable rate=1.5":             "up to 1",
		"unreliable rate=NaN":             "not a number",
		"unreliable postgres":             `does not strike anybody in particular: leave "postgres" out`,
		"unreliable every":                `"" after every is not a length of time`,
		"unreliable every 5":              `"5" after every is not a length of time from 1ms on`,
		"unreliable after -1s":            "not a length of time",
		"unreliable for 0s":               "from 1ms on",
		"unreliable for 5s":               "lasts all the time unless it says when",
		"unreliable for 1s every 1s now":  `"now": expected one of after, every, at, for here`,
		"unreliable for 1s for 2s":        `"for" stands there twice`,
		"unreliable at noon":              `unknown operation "noon": known are head, `,
		"unreliable at get":               `"" is not a number from 1 on`,
		"unreliable at get 0":             `"0" is not a number from 1 on`,
		"unreliable at get 1 of them":     "write process or client",
		"unreliable at get 1 of client x": `"x" is not a number from 0 on`,
		"unreliable at get 1 after 1s":    "not both",
		"cut-connections":                 "say when",
		"cut-connections every 1s for 2s": "over at once",
	} {
		if _, err := Read(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
	_, err := Read("a\nunreliable\nb")
	if err == nil || !strings.Contains(err.Error(), "line 1: ") || !strings.Contains(err.Error(), "line 3: ") {
		t.Errorf("two bad lines: %v", err)
	}
}

func TestABadFlagIsAnErrorThatSaysWhatIsKnown(t *testing.T) {
	for spec, want := range map[string]string{
		"unreliabel":          `unknown fault "unreliabel": known are unreliable, cut-connections`,
		"":                    `unknown fault "": known are unreliable, cut-connections`,
		"unreliable=":         "a value is missing after =",
		"unreliable=much":     `the rate "much"`,
		"unreliable for":      `"" after for`,
		"cut-connections=5":   "not a length of time",
		"cut-connections=0s":  "from 1ms on",
		"cut-connections=-1s": "from 1ms on",
	} {
		if _, err := Parse([]string{spec}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", spec, err, want)
		}
	}
	if _, err := Parse([]string{"unreliable", "unreliable"}); err == nil || !strings.Contains(err.Error(), "twice") {
		t.Errorf("named twice: %v", err)
	}
}
