package body

import (
	"fmt"
	"strings"
)

// A stretch is a part of a damaged body that came from one place, or from nowhere.
type stretch struct {
	from, to int    // where it was read
	name     string // of the value it is from, "" when it cannot be read
	why      string // it cannot be read
	other    bool   // it was written to another key
	moved    bool   // it was written at another offset
	size     int    // of the body that it is from
}

// diagnose names what is wrong with data, in the order of how much it explains: blocks
// of several writers before unreadable ones before misplaced ones before a wrong length.
func diagnose(keySum uint32, data []byte) (name, damage string) {
	all := stretches(keySum, data)
	readable := only(all, func(s stretch) bool { return s.name != "" })
	if len(readable) == 0 {
		return "", "corrupt: " + describe(all)
	}
	first := readable[0]
	broken := only(all, func(s stretch) bool { return s.name == "" })
	switch {
	case writers(readable) > 1 && len(readable) > writers(readable):
		return first.name, "mixed: " + describe(all)
	case writers(readable) > 1:
		return first.name, "torn: " + describe(all)
	case len(broken) > 0:
		return first.name, fmt.Sprintf("corrupt: %s, in %s", describe(broken), first.name)
	case first.other:
		return first.name, fmt.Sprintf("misdirected: %s was written to another key", first.name)
	case len(readable) > 1 || first.moved:
		return first.name, fmt.Sprintf("misplaced: blocks of %s are not where they were written", first.name)
	case first.size > len(data):
		return first.name, fmt.Sprintf("truncated: %d of the %d bytes of %s", len(data), first.size, first.name)
	default:
		return first.name, fmt.Sprintf("overlong: %d bytes, %s has %d", len(data), first.name, first.size)
	}
}

// stretches cuts data where its origin changes.
func stretches(keySum uint32, data []byte) []stretch {
	var all []stretch
	for at := 0; at < len(data); {
		next := stretchAt(keySum, data, at)
		at = next.to
		if n := len(all); n > 0 && continues(all[n-1], next) {
			all[n-1].to = next.to
		} else {
			all = append(all, next)
		}
	}
	return all
}

func continues(s, next stretch) bool {
	next.from, next.to, s.from, s.to = 0, 0, 0, 0
	return s == next
}

// stretchAt reads the one block at an offset of data.
func stretchAt(keySum uint32, data []byte, at int) stretch {
	b, ok := parse(data[at:])
	if !ok {
		return unreadable(data, at)
	}
	length := blockLength(b.offset, b.size)
	cut := at+length > len(data)
	if cut {
		length = len(data) - at
		// Half a block has no checksum: its header is believed when it fits its place.
		b.sound = b.keySum == keySum && b.offset == at
	} else {
		b, _ = parse(data[at : at+length])
	}
	if !b.sound {
		return unreadable(data, at)
	}
	return stretch{from: at, to: at + length, name: string(b.name), size: b.size, other: b.keySum != keySum, moved: b.offset != at}
}

// unreadable is the rest of the grid's block at an offset.
func unreadable(data []byte, at int) stretch {
	to := min(at+BlockSize-at%BlockSize, len(data))
	why := "not as written"
	if strings.Trim(string(data[at:to]), "\x00") == "" {
		why = "zero"
	}
	return stretch{from: at, to: to, why: why}
}

func only(all []stretch, keep func(stretch) bool) []stretch {
	var kept []stretch
	for _, s := range all {
		if keep(s) {
			kept = append(kept, s)
		}
	}
	return kept
}

// writers counts the values that the readable stretches are from.
func writers(readable []stretch) int {
	names := map[string]bool{}
	for _, s := range readable {
		names[s.name] = true
	}
	return len(names)
}

// describe says of the first few stretches what they are.
func describe(all []stretch) string {
	const few = 4
	var parts []string
	for _, s := range all[:min(len(all), few)] {
		parts = append(parts, fmt.Sprintf("bytes %d to %d are %s", s.from, s.to, s.origin()))
	}
	if len(all) > few {
		parts = append(parts, "…")
	}
	return strings.Join(parts, ", ")
}

func (s stretch) origin() string {
	switch {
	case s.name == "":
		return s.why
	case s.other:
		return s.name + " (of another key)"
	default:
		return s.name
	}
}
