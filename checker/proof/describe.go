package proof

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// Describe says what a key held in one of these states, and maybe what of it was
// truncated. It is empty for none.
func Describe(states []State, truncated bool) string {
	const few = 3
	var texts []string
	var heads, marks []span
	for _, s := range states {
		switch s := s.(type) {
		case versions:
			text := describeHead([]span{headSpan(s)}, s.head.value)
			if truncated {
				text += describeMark([]span{s.mark})
			}
			texts, heads, marks = append(texts, text), append(heads, headSpan(s)), append(marks, s.mark)
		case holdings:
			texts = append(texts, s.String())
		case history.Content:
			texts = append(texts, holding{found: s.Found, name: s.Value}.String())
		}
	}
	slices.Sort(texts)
	texts = slices.Compact(texts)
	if len(heads) > 0 && len(texts) > few {
		text := describeHead(heads, "")
		if truncated {
			text += describeMark(marks)
		}
		return text
	}
	return strings.Join(texts, ", or ")
}

// headSpan is empty for no version.
func headSpan(s versions) span {
	if s.head.depth == 0 {
		return span{1, 0}
	}
	return s.head.span
}

// describeHead says where the head was: in one of the spans.
func describeHead(spans []span, value string) string {
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.high, b.high) })
	var texts []string
	if spans[0].low > spans[0].high {
		texts = append(texts, "no version")
		spans = slices.DeleteFunc(spans, func(s span) bool { return s.low > s.high })
	}
	if len(spans) == 0 {
		return texts[0]
	}
	s := span{spans[0].low, spans[len(spans)-1].high}
	switch {
	case s.high == ^location.SeqNo(0) && s.low == 0:
		texts = append(texts, "some version")
	case s.high == ^location.SeqNo(0):
		texts = append(texts, fmt.Sprintf("%v or a later version", s.low))
	case s.wide():
		texts = append(texts, fmt.Sprintf("a version from %v to %v", s.low, s.high))
	case value != "":
		texts = append(texts, fmt.Sprintf("%v %q", s.low, value))
	default:
		texts = append(texts, s.low.String())
	}
	return strings.Join(texts, " or ")
}

// describeMark says what was certainly deleted, and what certainly not.
func describeMark(spans []span) string {
	low, high := spans[0].low, spans[0].high
	for _, s := range spans {
		low, high = min(low, s.low), max(high, s.high)
	}
	switch {
	case low > 0 && high == ^location.SeqNo(0):
		return fmt.Sprintf(" with all below %v deleted", low)
	case low > 0:
		return fmt.Sprintf(" with all below %v deleted and nothing from %v on", low, high)
	case high > 0 && high < ^location.SeqNo(0):
		return fmt.Sprintf(" with nothing from %v on deleted", high)
	}
	return ""
}

func (r holdings) String() string {
	if r.now.found || !r.deleted.found {
		return r.now.String()
	}
	return fmt.Sprintf("%v, with %v to restore", r.now, r.deleted)
}

func (h holding) String() string {
	switch {
	case !h.found:
		return "nothing"
	case h.other:
		return "another value"
	}
	return fmt.Sprintf("%q", h.name)
}
