package model

import (
	"strings"

	"github.com/assay-dev/assay/workload/history"
)

// blob is the specification of one key of a Blob.
type blob struct {
	noRestore bool // relaxation no-restore
	restores  bool // the last deleted value has to be remembered
}

// register is what the key holds: a value or nil, and the last value deleted.
type register struct {
	value   *value
	deleted *value
}

// value is a value's name, and its size in bytes or history.SizeUnknown.
type value struct {
	name string
	size int64
}

func (blob) Initial() State { return &register{} }

func (m blob) Take(s State, step *Step) (State, bool) {
	r, op := s.(*register), step.Operation
	switch a := op.Action.(type) {
	case *history.Get:
		return r, r.got(a)
	case *history.Set:
		return &register{&value{a.Value, a.Size}, r.deleted}, true
	case *history.Delete:
		return m.remove(r, a, step)
	case *history.Restore:
		return m.restore(r, op.Outcome)
	case *history.List:
		return r, r.listed(a, op.Key)
	}
	return r, false
}

func (r *register) got(a *history.Get) bool {
	if a.Damage != "" || a.Found != (r.value != nil) {
		return false
	}
	return !a.Found || a.Value == r.value.name && r.value.hasSize(a.Size)
}

// listed reports whether a listing, reduced to key, can have seen r (B4).
func (r *register) listed(a *history.List, key string) bool {
	if len(a.Entries) == 0 {
		return r.value == nil
	}
	return len(a.Entries) == 1 && strings.HasPrefix(key, a.Prefix) &&
		r.value != nil && r.value.hasSize(a.Entries[0].Size)
}

// hasSize reports whether v can be of the given size; what the history does not tell
// is no contradiction.
func (v *value) hasSize(size int64) bool {
	return size == v.size || size == history.SizeUnknown || v.size == history.SizeUnknown
}

func (m blob) remove(r *register, a *history.Delete, step *Step) (State, bool) {
	asked := step.Operation.Outcome == history.Ok && a.Answered && step.Part != Removal
	if asked && (a.Found != (r.value != nil) || a.Found && !r.value.hasSize(a.Size)) {
		return r, false
	}
	if r.value == nil || step.Part == LookUp {
		return r, true
	}
	if !m.restores {
		return &register{}, true
	}
	return &register{deleted: r.value}, true
}

func (m blob) restore(r *register, outcome history.Outcome) (State, bool) {
	comesBack := r.value == nil && r.deleted != nil && !m.noRestore
	exists := r.value != nil || comesBack
	if outcome == history.Ok && !exists || outcome == history.Fail && exists {
		return r, false
	}
	if comesBack {
		return &register{r.deleted, r.deleted}, true
	}
	return r, true
}

func (r *register) Equal(s State) bool {
	other := s.(*register)
	return r.value.equal(other.value) && r.deleted.equal(other.deleted)
}

func (v *value) equal(w *value) bool {
	return v == w || v != nil && w != nil && *v == *w
}

func (r *register) Hash() uint64 { return r.value.hash()*multiplier + r.deleted.hash() }

// hash is FNV-1a over the name.
func (v *value) hash() uint64 {
	if v == nil {
		return 0
	}
	h := uint64(14695981039346656037)
	for i := range len(v.name) {
		h = (h ^ uint64(v.name[i])) * multiplier
	}
	return h
}
