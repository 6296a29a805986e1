package explain

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// held says what a key held in one of these states, and maybe what of it was
// truncated. It is empty for none.
func held(states []proof.State, truncated bool) string {
	const few = 3
	var texts []string
	var heads, marks []proof.Span
	for _, s := range states {
		switch s := s.(type) {
		case proof.Versions:
			head, value := proof.Span{Low: 1}, "" // of no version it is empty
			if s.Head != nil {
				head, value = s.Head.Span, s.Head.Value
			}
			text := describeHead([]proof.Span{head}, value)
			if truncated {
				text += describeMark([]proof.Span{s.Mark})
			}
			texts, heads, marks = append(texts, text), append(heads, head), append(marks, s.Mark)
		case proof.Holdings:
			texts = append(texts, holdings(s))
		case history.Content:
			texts = append(texts, value(proof.Value{Presence: proof.Presence{Found: s.Found}, Name: s.Value}))
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

// describeHead says where the head was: in one of the spans.
func describeHead(spans []proof.Span, value string) string {
	slices.SortFunc(spans, func(a, b proof.Span) int { return cmp.Compare(a.High, b.High) })
	var texts []string
	if spans[0].Low > spans[0].High {
		texts = append(texts, "no version")
		spans = slices.DeleteFunc(spans, func(s proof.Span) bool { return s.Low > s.High })
	}
	if len(spans) == 0 {
		return texts[0]
	}
	s := proof.Span{Low: spans[0].Low, High: spans[len(spans)-1].High}
	switch {
	case s.High == ^location.SeqNo(0) && s.Low == 0:
		texts = append(texts, "some version")
	case s.High == ^location.SeqNo(0):
		texts = append(texts, fmt.Sprintf("%v or a later version", s.Low))
	case s.Low < s.High:
		texts = append(texts, fmt.Sprintf("a version from %v to %v", s.Low, s.High))
	case value != "":
		texts = append(texts, fmt.Sprintf("%v %q", s.Low, value))
	default:
		texts = append(texts, s.Low.String())
	}
	return strings.Join(texts, " or ")
}

// describeMark says what was certainly deleted, and what certainly not.
func describeMark(spans []proof.Span) string {
	low, high := spans[0].Low, spans[0].High
	for _, s := range spans {
		low, high = min(low, s.Low), max(high, s.High)
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

func holdings(s proof.Holdings) string {
	if s.Now.Found || !s.Deleted.Found {
		return value(s.Now)
	}
	return fmt.Sprintf("%v, with %v to restore", value(s.Now), value(s.Deleted))
}

func value(v proof.Value) string {
	switch {
	case !v.Found:
		return "nothing"
	case v == proof.Other:
		return "another value"
	}
	return fmt.Sprintf("%q", v.Name)
}
