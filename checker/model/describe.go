package model

import (
	"fmt"
	"slices"
	"strings"

	"github.com/assay-dev/assay/workload/history"
)

// String says what the key holds.
func (r *register) String() string {
	text := r.value.describe()
	if r.deleted != nil && r.value == nil {
		text += ", deleted " + r.deleted.describe()
	}
	return text
}

func (v *value) describe() string {
	switch {
	case v == nil:
		return "nothing"
	case v.size == history.SizeUnknown:
		return fmt.Sprintf("%q", v.name)
	}
	return fmt.Sprintf("%q of %d bytes", v.name, v.size)
}

// String lists the versions that are stored.
func (vs *versions) String() string {
	var stored []string
	for v := vs.head; v != nil && v.SeqNo >= vs.low; v = v.before {
		stored = append(stored, fmt.Sprintf("%v %q", v.SeqNo, v.Value))
	}
	if stored == nil {
		return "nothing"
	}
	slices.Reverse(stored)
	return strings.Join(stored, ", ")
}
