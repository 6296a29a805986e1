package search

import (
	"fmt"

	"github.com/assay-dev/assay/workload/history"
)

func describeRegister(a history.Action) string {
	switch a := a.(type) {
	case *history.RegisterRead:
		return "read returned " + describeContent(a.Held)
	case *history.RegisterWrite:
		return "write of " + describeContent(a.New)
	case *history.RegisterSwap:
		result := "was a mismatch"
		if a.Swapped {
			result = "succeeded"
		}
		return fmt.Sprintf("compare-and-set from %s to %s %s", describeContent(a.Old), describeContent(a.New), result)
	}
	return a.Name()
}

func describeContent(c history.Content) string {
	if !c.Found {
		return "nothing"
	}
	return fmt.Sprintf("%q", c.Value)
}
