package explain

import (
	"fmt"
	"strings"

	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// event names an event.
func (w *writer) event(e proof.Event) string {
	switch e.Kind {
	case proof.Op:
		return w.names[int(e.N)]
	case proof.Value:
		return w.value(int(e.N))
	case proof.Head:
		if e.N == 0 {
			return "the first commit"
		}
		return fmt.Sprintf("the first commit from %v on", location.SeqNo(e.N))
	case proof.Mark:
		return fmt.Sprintf("the first truncation up to %v or more", location.SeqNo(e.N))
	}
	return w.clock.at(int64(e.N))
}

func (w *writer) all(lines []int) string {
	names := make([]string, len(lines))
	for i, line := range lines {
		names[i] = w.names[line]
	}
	return strings.Join(names, " and ")
}

// step says what a step concludes, and by which clause. It is empty for steps that a
// reader takes for granted.
func (w *writer) step(s *proof.Step) string {
	before, after := w.event(s.Before), w.event(s.After)
	switch s.Rule {
	case proof.RealTime:
		return w.realTime(s)
	case proof.Process:
		return fmt.Sprintf("%s is an earlier read of the same process than %s, so it cannot have seen more (stale-head).", before, after)
	case proof.Answered:
		return w.answered(s)
	case proof.Written:
		return w.written(s)
	case proof.Followed:
		if len(s.Cases) == 0 && s.Version == nil {
			return "No version can ever have been committed."
		} else if len(s.Cases) == 0 {
			return fmt.Sprintf("Nothing can have followed %v: no compare-and-set that may have happened expects it (C2).", *s.Version)
		}
	case proof.Successive:
		return w.successive(s)
	case proof.Mismatched:
		return fmt.Sprintf("%s found that the head was not %v, and came before %v was replaced; so it came before that was committed (C2).",
			before, location.SeqNo(s.After.N), location.SeqNo(s.After.N))
	case proof.Counted:
		return w.counted(s)
	case proof.Missing:
		if s.Before.Kind == proof.Op {
			return fmt.Sprintf("%s does not show %v, so it came before that was committed (C7).", before, *s.Version)
		}
		return fmt.Sprintf("%s shows later versions and not %v, so that had been truncated (C7).", after, *s.Version)
	case proof.Raised:
		return fmt.Sprintf("No truncation can have deleted everything below %v until after %s (C8).", location.SeqNo(s.After.N), before)
	case proof.WrongAnswer:
		return fmt.Sprintf("The answer of %s is wrong whatever the key held.", w.all(s.Lines))
	case proof.Apart:
		return w.apart(s)
	case proof.Once:
		return w.once(s)
	case proof.Undeleted:
		return w.undeleted(s)
	case proof.Exhausted:
		return "Every order of these was tried, with all else that may have happened: none is possible."
	case proof.Cycle:
		return "So each of these would have come before itself: a contradiction!"
	}
	return ""
}

func (w *writer) realTime(s *proof.Step) string {
	if s.Before.Kind != proof.Op || s.After.Kind != proof.Op {
		return ""
	}
	a, b := w.operations[int(s.Before.N)], w.operations[int(s.After.N)]
	return fmt.Sprintf("%s returned %s before %s was called.", w.event(s.Before), w.clock.lasting(b.Call-a.Return), w.event(s.After))
}

func (w *writer) answered(s *proof.Step) string {
	if isBlob(s) {
		return w.answeredBlob(s)
	}
	e, other := s.Before, s.After
	if e.Kind != proof.Op {
		e, other = s.After, s.Before
	}
	op, number := w.operations[int(e.N)], location.SeqNo(other.N)
	if a, ok := op.Action.(*history.CompareAndSet); ok && a.Committed && number <= a.New.SeqNo && (e == s.Before || number == a.New.SeqNo) {
		return fmt.Sprintf("%s is the commit of %v (C2).", w.event(e), a.New.SeqNo)
	}
	name := w.event(e)
	switch {
	case other.Kind == proof.Mark && e == s.Before:
		return fmt.Sprintf("%s shows %v, so nothing above had been cut off (C7).", name, number-1)
	case other.Kind == proof.Mark:
		return fmt.Sprintf("After %s nothing below %v is left (C8).", name, number)
	case e == s.Before && number == 0:
		return fmt.Sprintf("%s found no version at all (C1).", name)
	case e == s.Before:
		return fmt.Sprintf("%s found nothing from %v on.", name, number)
	case number == 0:
		return fmt.Sprintf("%s shows that there was some version.", name)
	}
	return fmt.Sprintf("%s shows that %v or a later version was there.", name, number)
}

func (w *writer) written(s *proof.Step) string {
	if len(s.Cases) > 0 {
		return ""
	}
	switch {
	case len(s.Lines) > 1:
		return fmt.Sprintf("%s show what became %v.", w.all(s.Lines), *s.Version)
	case len(s.Lines) == 1:
		return fmt.Sprintf("%s shows that %v existed.", w.all(s.Lines), *s.Version)
	}
	return fmt.Sprintf("%v existed, as the predecessor of a version that did.", *s.Version)
}

func (w *writer) successive(s *proof.Step) string {
	number := location.SeqNo(s.After.N)
	switch {
	case s.Before.Kind == proof.After:
		return fmt.Sprintf("Nothing from %v on was committed until after %s.", number, w.event(s.Before))
	case s.Before.Kind == proof.Op:
		return fmt.Sprintf("Nothing from %v on was ever committed.", number)
	case s.Before.N >= s.After.N:
		return fmt.Sprintf("%v was written over something older than %v (C2).", location.SeqNo(s.Before.N), number)
	}
	return fmt.Sprintf("%v existed, and was committed before anything above it.", location.SeqNo(s.Before.N))
}

func (w *writer) counted(s *proof.Step) string {
	name := w.all(s.Lines)
	a, _ := w.operations[s.Lines[0]].Action.(*history.Truncate)
	switch {
	case s.Before == (proof.Event{}):
		return fmt.Sprintf("%s deleted %d versions: there never were as many below %v (C8).", name, a.Deleted, a.UpTo)
	case s.Before.Kind == proof.Op:
		return fmt.Sprintf("%s deleted %d versions, so %v was still there (C8).", name, a.Deleted, location.SeqNo(s.After.N-1))
	}
	return fmt.Sprintf("%s deleted %d versions, so %v was gone before (C8).", name, a.Deleted, location.SeqNo(s.Before.N-1))
}

// supposed says what a case assumes.
func (w *writer) supposed(s *proof.Step, pick *location.SeqNo) string {
	switch {
	case s.Rule == proof.Written && pick == nil:
		return fmt.Sprintf("%v was the first version", *s.Version)
	case s.Rule == proof.Written:
		return fmt.Sprintf("%v was written over %v", *s.Version, *pick)
	case s.Version == nil && pick == nil:
		return "no version was ever committed"
	case s.Version == nil:
		return fmt.Sprintf("%v was the first version", *pick)
	case pick == nil:
		return fmt.Sprintf("nothing followed %v", *s.Version)
	}
	return fmt.Sprintf("%v followed %v", *pick, *s.Version)
}
