package blob

import (
	"slices"

	"github.com/assay-dev/assay/checker/proof"
)

// tooFewDeletes explains why the last hole could not be filled. The deletes that
// could fill it were spent on earlier holes, those that could fill these were spent
// on others, and so on: of the holes so reached there is one more than of deletes
// that can fill any of them (Hall's theorem).
func (s *sweep) tooFewDeletes() []proof.Step {
	last := s.spent[len(s.spent)-1]
	reached := []spending{last}
	begin := s.key.begins(last.after)
	for i := len(s.spent) - 2; i >= 0; i-- {
		if s.spent[i].used.end >= begin {
			reached = append(reached, s.spent[i])
			begin = s.key.begins(s.spent[i].after)
		}
	}
	slices.Reverse(reached)
	return s.key.undeleted(reached)
}

// begins is the first instant at which a delete can follow the block.
func (k *key) begins(b *block) int64 {
	if b.zone() {
		return b.called
	}
	s, _ := k.moveOut(b, new(int))
	return s.begin
}
