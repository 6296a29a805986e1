package search

import (
	"fmt"

	"github.com/assay-dev/assay/workload/history"
)

func describeRegister(a history.Action) (asked, answered string) {
	switch a := a.(type) {
	case *history.RegisterRead:
		return "read", "returned " + describeContent(a.Held)
	case *history.RegisterWrite:
		return "write of " + describeContent(a.New), ""
	case *history.RegisterSwap:
		answered = "was a mismatch"
		if a.Swapped {
			answered = "succeeded"
		}
		return fmt.Sprintf("compare-and-set from %s to %s", describeContent(a.Old), describeContent(a.New)), answered
	}
	return a.Name(), ""
}

func describeContent(c history.Content) string {
	if !c.Found {
		return "nothing"
	}
	return fmt.Sprintf("%q", c.Value)
}
