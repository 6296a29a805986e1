package exchange

import (
	"strconv"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// tell puts an operation into Jepsen's words: what it is called, its value, and what
// has no place in that. Wherever they can be, operations are those of a register, which
// most tools know: a version of a Consensus is its number; a value of a Blob is its
// name, and to delete is to write nil.
func tell(op *history.Operation, returned bool) (f atom, value any, extra dict) {
	answered := returned && op.Outcome == history.Ok
	switch a := op.Action.(type) {
	case *history.Head:
		return tellHead(a, answered)
	case *history.CompareAndSet:
		var expected any
		if a.HasExpected {
			expected = integer(uint64(a.Expected))
		}
		return ":cas", vector{expected, integer(uint64(a.New.SeqNo))}, dict{{atom(":data"), a.New.Value}}
	case *history.Scan:
		return tellScan(a, answered)
	case *history.Truncate:
		if answered && a.Deleted != location.CountUnknown {
			extra = dict{{atom(":deleted"), signed(a.Deleted)}}
		}
		return ":truncate", integer(uint64(a.UpTo)), extra
	case *history.ListKeys:
		if answered {
			value = texts(a.Keys)
		}
		return ":list-keys", value, nil
	}
	if f, value, known := tellRegister(op.Action, answered); known {
		return f, value, nil
	}
	return tellBlob(op.Action, answered)
}

func signed(n int64) atom { return atom(strconv.FormatInt(n, 10)) }

func texts(all []string) vector {
	v := make(vector, len(all))
	for i, text := range all {
		v[i] = text
	}
	return v
}

func tellHead(a *history.Head, answered bool) (f atom, value any, extra dict) {
	if !answered || !a.Found {
		return ":read", nil, nil
	}
	return ":read", integer(uint64(a.Version.SeqNo)), dict{{atom(":data"), a.Version.Value}}
}

func tellScan(a *history.Scan, answered bool) (f atom, value any, extra dict) {
	if answered {
		versions := vector{}
		for _, v := range a.Versions {
			versions = append(versions, vector{integer(uint64(v.SeqNo)), v.Value})
		}
		value = versions
	}
	return ":scan", value, dict{{atom(":from"), integer(uint64(a.From))}, {atom(":limit"), signed(a.Limit)}}
}

func tellBlob(a history.Action, answered bool) (f atom, value any, extra dict) {
	switch a := a.(type) {
	case *history.Get:
		if answered && a.Found {
			value, extra = a.Value, sizeOf(a.Size)
		}
		if answered && a.Damage != "" { // no value that anybody wrote
			value = a.Value + " (damaged: " + a.Damage + ")"
		}
		return ":read", value, extra
	case *history.Set:
		return ":write", a.Value, sizeOf(a.Size)
	case *history.Delete:
		extra = dict{{atom(":op"), "delete"}}
		if answered && a.Answered && a.Found {
			extra = append(extra, sizeOf(a.Size)...)
		}
		return ":write", nil, extra
	case *history.List:
		if answered {
			entries := vector{}
			for _, e := range a.Entries {
				entries = append(entries, vector{e.Key, signed(e.Size)})
			}
			value = entries
		}
		return ":list", value, dict{{atom(":prefix"), a.Prefix}}
	}
	return atom(":" + a.Name()), nil, nil // a restore
}

func sizeOf(size int64) dict {
	if size == history.SizeUnknown {
		return nil
	}
	return dict{{atom(":size"), signed(size)}}
}

func tellRegister(a history.Action, answered bool) (f atom, value any, known bool) {
	switch a := a.(type) {
	case *history.RegisterRead:
		if answered {
			value = contentOf(a.Held)
		}
		return ":read", value, true
	case *history.RegisterWrite:
		return ":write", contentOf(a.New), true
	case *history.RegisterSwap:
		return ":cas", vector{contentOf(a.Old), contentOf(a.New)}, true
	}
	return "", nil, false
}

// contentOf is a register's value: a number where it looks like one.
func contentOf(c history.Content) any {
	if !c.Found {
		return nil
	}
	if n, err := strconv.ParseInt(c.Value, 10, 64); err == nil && strconv.FormatInt(n, 10) == c.Value {
		return signed(n)
	}
	return c.Value
}
