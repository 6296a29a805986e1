package property

import (
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/assay-dev/assay/location"
)

// text is a request in words.
func (r request) text(names []string) string {
	var what string
	switch r.op {
	case elsewhere:
		return "list another place"
	case "compare_and_set":
		what = r.compareAndSetText()
	case "scan":
		what = "from " + r.boundText()
		if r.limit != location.ScanAll {
			what += fmt.Sprintf(", limit %d", r.limit)
		}
	case "truncate":
		what = "up to " + r.boundText()
	case "set":
		what = r.size.String()
	}
	if what != "" {
		what = ": " + what
	}
	return r.op + r.subject(names[r.key]) + what + r.fate.String()
}

func (r request) subject(key string) string {
	switch {
	case r.illegal > 0:
		return " an illegal key"
	case r.op == "list_keys" || r.op == probe:
		return ""
	case r.op == "list":
		return " " + quoted(r.prefixOf(key))
	}
	return " " + quoted(key)
}

// quoted shortens keys that are as long as can be.
func quoted(key string) string {
	const end = 6
	if len(key) <= location.MinMaxKeyBytes/2 {
		return strconv.Quote(key)
	}
	return fmt.Sprintf("%q…%q (%d bytes)", key[:end], key[len(key)-end:], len(key))
}

// prefixOf is the prefix of key that a list asks for.
func (r request) prefixOf(key string) string {
	n := min(r.prefix, len(key))
	for !utf8.ValidString(key[:n]) {
		n--
	}
	return key[:n]
}

func (r request) compareAndSetText() string {
	switch r.expect {
	case expectNone:
		return fmt.Sprintf("expect nothing, write v%d, %s", r.by-1, r.size)
	case expectBelow:
		return fmt.Sprintf("expect %d below the last seen, write %d above that, %s", r.by, r.by, r.size)
	case expectAbove:
		return fmt.Sprintf("expect %d above the last seen, write %d more, %s", r.by, r.by, r.size)
	case expectLeap:
		return fmt.Sprintf("expect the last seen, write v%d, %s", location.MaxSeqNo+1-r.by, r.size)
	case expectBackward:
		return fmt.Sprintf("expect the last seen, write %d below it", r.by-1)
	case expectBeyond:
		return "expect the last seen, write above the legal end"
	case expectAttempt:
		return fmt.Sprintf("expect the last attempt, write %d more, %s", r.by, r.size)
	}
	return fmt.Sprintf("expect the last seen, write %d more, %s", r.by, r.size)
}

func (r request) boundText() string {
	switch r.from {
	case boundZero:
		return "v0"
	case boundBelow:
		return fmt.Sprintf("%d below the last seen", r.by)
	case boundAbove:
		return fmt.Sprintf("%d above the last seen", r.by)
	}
	return "the last seen"
}
