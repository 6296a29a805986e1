package history

import (
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/assay-dev/assay/location"
)

// appendOperation appends op as one line. Answers are written where they mean
// something: with Ok, and with Fail where the operation was refused.
func appendOperation(b []byte, op *Operation) ([]byte, error) {
	if op.Action == nil {
		return b, fmt.Errorf("an operation of process %d on key %q has no action", op.Process, op.Key)
	}
	b = append(b, `{"process":`...)
	b = strconv.AppendInt(b, int64(op.Process), 10)
	b = append(b, `,"op":"`...)
	b = append(b, op.Action.Name()...)
	b = append(b, '"')
	if !isListing(op.Action) {
		b = appendStringField(b, "key", op.Key)
	}
	b = appendIntField(b, "call", op.Call)
	if op.Return != Never {
		b = appendIntField(b, "return", op.Return)
	}
	b = append(b, `,"outcome":"`...)
	b = append(b, op.Outcome.String()...)
	b = append(b, '"')
	if op.Error != "" {
		b = appendStringField(b, "error", op.Error)
	}
	b = appendAction(b, op.Action, op.Outcome)
	return append(b, "}\n"...), nil
}

func isListing(action Action) bool {
	switch action.(type) {
	case *ListKeys, *List:
		return true
	}
	return false
}

func appendAction(b []byte, action Action, outcome Outcome) []byte {
	ok, fail := outcome == Ok, outcome == Fail
	switch a := action.(type) {
	case *Head:
		return appendHead(b, a, ok)
	case *CompareAndSet:
		return appendCompareAndSet(b, a, ok)
	case *Scan:
		return appendScan(b, a, ok)
	case *Truncate:
		return appendTruncate(b, a, ok, fail)
	case *ListKeys:
		return appendListKeys(b, a, ok)
	case *Get:
		return appendGet(b, a, ok)
	case *Set:
		b = appendStringField(b, "value", a.Value)
		return appendSizeField(b, a.Size)
	case *Delete:
		return appendDelete(b, a, ok)
	case *Restore:
		return appendRefused(b, a.Refused && fail)
	case *List:
		return appendList(b, a, ok)
	case *RegisterRead:
		return appendRead(b, a, ok)
	case *RegisterWrite:
		return appendContent(b, "value", a.New)
	case *RegisterSwap:
		return appendSwap(b, a, ok)
	}
	return b
}

func appendHead(b []byte, a *Head, ok bool) []byte {
	if !ok {
		return b
	}
	if !a.Found {
		return append(b, `,"head":null`...)
	}
	return appendVersion(append(b, `,"head":`...), a.Version)
}

func appendCompareAndSet(b []byte, a *CompareAndSet, ok bool) []byte {
	if a.HasExpected {
		b = appendSeqNoField(b, "expected", a.Expected)
	} else {
		b = append(b, `,"expected":null`...)
	}
	b = appendVersion(append(b, `,"new":`...), a.New)
	if ok {
		b = strconv.AppendBool(append(b, `,"committed":`...), a.Committed)
	}
	return b
}

func appendScan(b []byte, a *Scan, ok bool) []byte {
	b = appendSeqNoField(b, "from", a.From)
	b = appendIntField(b, "limit", a.Limit)
	if !ok {
		return b
	}
	b = append(b, `,"versions":[`...)
	for i, version := range a.Versions {
		b = appendVersion(appendComma(b, i), version)
	}
	return append(b, ']')
}

func appendTruncate(b []byte, a *Truncate, ok, fail bool) []byte {
	b = appendSeqNoField(b, "up_to", a.UpTo)
	switch {
	case !ok:
		return appendRefused(b, a.Refused && fail)
	case a.Deleted == location.CountUnknown:
		return append(b, `,"deleted":null`...)
	}
	return appendIntField(b, "deleted", a.Deleted)
}

func appendListKeys(b []byte, a *ListKeys, ok bool) []byte {
	if !ok {
		return b
	}
	b = append(b, `,"keys":[`...)
	for i, key := range a.Keys {
		b = appendString(appendComma(b, i), key)
	}
	return append(b, ']')
}

func appendGet(b []byte, a *Get, ok bool) []byte {
	if !ok {
		return b
	}
	if !a.Found {
		return append(b, `,"value":null`...)
	}
	b = appendSizeField(appendStringField(b, "value", a.Value), a.Size)
	if a.Damage != "" {
		b = appendStringField(b, "damage", a.Damage)
	}
	return b
}

func appendDelete(b []byte, a *Delete, ok bool) []byte {
	switch {
	case !ok || !a.Answered:
		return b
	case !a.Found:
		return append(b, `,"size":null`...)
	}
	return appendIntField(b, "size", a.Size)
}

func appendList(b []byte, a *List, ok bool) []byte {
	b = appendStringField(b, "prefix", a.Prefix)
	if !ok {
		return b
	}
	b = append(b, `,"entries":[`...)
	for i, entry := range a.Entries {
		b = appendString(append(appendComma(b, i), `{"key":`...), entry.Key)
		b = append(appendIntField(b, "size", entry.Size), '}')
	}
	return append(b, ']')
}

func appendFault(b []byte, f *Fault) []byte {
	b = appendString(append(b, `{"fault":`...), f.Fault)
	if f.Target != "" {
		b = appendStringField(b, "target", f.Target)
	}
	b = appendIntField(b, "call", f.Call)
	if f.Return != Never {
		b = appendIntField(b, "return", f.Return)
	}
	if f.Effect != "" {
		b = appendStringField(b, "effect", f.Effect)
	}
	return append(b, "}\n"...)
}

func appendComplete(b []byte, until int64) []byte {
	b = strconv.AppendInt(append(b, `{"complete_until":`...), until, 10)
	return append(b, "}\n"...)
}

func appendVersion(b []byte, v Version) []byte {
	b = strconv.AppendUint(append(b, `{"seqno":`...), uint64(v.SeqNo), 10)
	return append(appendStringField(b, "value", v.Value), '}')
}

func appendRefused(b []byte, refused bool) []byte {
	if refused {
		return append(b, `,"refused":true`...)
	}
	return b
}

func appendSizeField(b []byte, size int64) []byte {
	if size == SizeUnknown {
		return b
	}
	return appendIntField(b, "size", size)
}

func appendSeqNoField(b []byte, name string, n location.SeqNo) []byte {
	return strconv.AppendUint(appendName(b, name), uint64(n), 10)
}

func appendIntField(b []byte, name string, n int64) []byte {
	return strconv.AppendInt(appendName(b, name), n, 10)
}

func appendStringField(b []byte, name, s string) []byte {
	return appendString(appendName(b, name), s)
}

func appendName(b []byte, name string) []byte {
	b = append(b, ',', '"')
	b = append(b, name...)
	return append(b, '"', ':')
}

func appendComma(b []byte, index int) []byte {
	if index > 0 {
		return append(b, ',')
	}
	return b
}

// appendString appends s as a JSON string. Bytes that are not UTF-8 become U+FFFD,
// since JSON cannot hold them.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c < utf8.RuneSelf && c != '"' && c != '\\' {
			i++
			continue
		}
		size := 1
		if c >= utf8.RuneSelf {
			var r rune
			if r, size = utf8.DecodeRuneInString(s[i:]); r != utf8.RuneError || size > 1 {
				i += size
				continue
			}
		}
		b = appendEscape(append(b, s[start:i]...), c)
		i += size
		start = i
	}
	return append(append(b, s[start:]...), '"')
}

func appendEscape(b []byte, c byte) []byte {
	const hex = "0123456789abcdef"
	switch {
	case c >= utf8.RuneSelf:
		return append(b, "\ufffd"...)
	case c == '"' || c == '\\':
		return append(b, '\\', c)
	case c == '\n':
		return append(b, '\\', 'n')
	case c == '\t':
		return append(b, '\\', 't')
	}
	return append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
}
