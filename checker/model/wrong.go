package model

import (
	"fmt"
	"strings"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// Clause names the clause of the contract that says how op is answered.
func Clause(op *history.Operation) string {
	switch a := op.Action.(type) {
	case *history.Head:
		if !a.Found {
			return "C1"
		}
		return "C6"
	case *history.CompareAndSet:
		switch {
		case a.HasExpected && a.New.SeqNo <= a.Expected:
			return "C3"
		case !a.New.SeqNo.Legal():
			return "C4"
		}
		return "C2"
	case *history.Scan:
		return "C7"
	case *history.Truncate:
		return "C8"
	case *history.ListKeys:
		return "C9"
	case *history.RegisterRead, *history.RegisterWrite:
		return "R1"
	case *history.RegisterSwap:
		return "R2"
	case *history.Get:
		if a.Damage != "" {
			return "B2"
		}
		return "B1"
	case *history.Set:
		return "B2"
	case *history.Delete:
		return "B3"
	case *history.List:
		return "B4"
	case *history.Restore:
		return "B5"
	}
	return ""
}

// Wrong says why the answer of op, an operation of one key, is wrong whatever the key
// held; it is empty for an answer that some state explains.
func Wrong(op *history.Operation, relax location.Relaxations) string {
	if op.Outcome != history.Ok {
		return ""
	}
	switch a := op.Action.(type) {
	case *history.CompareAndSet:
		if !validCompareAndSet(a) {
			return fmt.Sprintf("moving to %v is an invalid argument and has to be refused", a.New.SeqNo)
		}
	case *history.Scan:
		return wrongScan(a)
	case *history.Truncate:
		if a.Deleted == location.CountUnknown && !relax.Allow(location.RelaxTruncateCount) {
			return "it does not say how many versions it deleted (the relaxation truncate-count would allow that)"
		}
	case *history.ListKeys:
		if len(a.Keys) > 1 {
			return "it names the key more than once"
		}
	case *history.Get:
		if a.Damage != "" {
			return "the bytes are damaged: " + a.Damage
		}
	case *history.List:
		if len(a.Entries) > 1 {
			return "it names the key more than once"
		}
		if len(a.Entries) == 1 && !strings.HasPrefix(op.Key, a.Prefix) {
			return fmt.Sprintf("the key does not start with the prefix %q", a.Prefix)
		}
	}
	return ""
}

func wrongScan(a *history.Scan) string {
	if int64(len(a.Versions)) > a.Limit {
		return fmt.Sprintf("it returned %d versions, more than its limit of %d", len(a.Versions), a.Limit)
	}
	for i, v := range a.Versions {
		if v.SeqNo < a.From {
			return fmt.Sprintf("it returned %v, below %v", v.SeqNo, a.From)
		}
		if i > 0 && v.SeqNo <= a.Versions[i-1].SeqNo {
			return fmt.Sprintf("it returned %v after %v", v.SeqNo, a.Versions[i-1].SeqNo)
		}
	}
	return ""
}
