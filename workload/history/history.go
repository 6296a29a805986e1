package history

import (
	"encoding/json"
	"fmt"

	"github.com/assay-dev/assay/location"
)

// FormatVersion is the version of the file format that this package writes.
const FormatVersion = 1

// An Object is the abstraction that a history is about.
type Object string

// The objects.
const (
	Consensus Object = "consensus"
	Blob      Object = "blob"
)

// A Header is the first line of a history file.
type Header struct {
	Assay  int    `json:"assay"` // the format's version
	Object Object `json:"object"`
	// Relax are the exceptions under which the run asked to be judged.
	Relax location.Relaxations `json:"relax,omitempty"`
	// Run is whatever else describes the run, kept as it is.
	Run json.RawMessage `json:"run,omitempty"`
}

// A Fault is something that was broken from Call on and healed at Return.
type Fault struct {
	Fault  string `json:"fault"`            // what, as the plan names it
	Target string `json:"target,omitempty"` // whom
	Call   int64  `json:"call"`
	Return int64  `json:"return"` // Never when it was not healed
	Effect string `json:"effect,omitempty"`
	Line   int    `json:"-"`
}

// A History is everything that one run's clients saw.
type History struct {
	Header Header
	// Operations of a file with a damaged end are those called before the last instant
	// up to which the file is known to be complete. Those that returned after it count
	// as never answered.
	Operations []Operation
	Faults     []Fault
	// Damage says where reading stopped when the file's end is damaged, as a killed
	// run leaves it; nil for a whole file.
	Damage *Damage
}

// Damage is where and why a reader stopped before the end of a file.
type Damage struct {
	Line  int // the first line that could not be read
	Cause error
	// Dropped is how many operations were left out although they could be read: what
	// explains them may stand in what is lost, see [History.Operations].
	Dropped int
}

func (d *Damage) Error() string {
	text := fmt.Sprintf("the file's end is damaged from line %d on: %v", d.Line, d.Cause)
	if d.Dropped > 0 {
		text += fmt.Sprintf("; %d operations near the end are left out with it", d.Dropped)
	}
	return text
}
func (d *Damage) Unwrap() error { return d.Cause }

// A LineError is a line that is no part of any history.
type LineError struct {
	Line  int
	Cause error
}

func (e *LineError) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Cause) }
func (e *LineError) Unwrap() error { return e.Cause }
