package history

import (
	"math"

	"github.com/assay-dev/assay/location"
)

// An Outcome says what the client learnt of its operation.
type Outcome uint8

const (
	// Ok: it was answered.
	Ok Outcome = iota
	// Fail: a determinate error; it did not happen. A refusal is a Fail that is checked
	// as the answer that it is.
	Fail
	// Info: an indeterminate error; it may have happened, at any time from its call to
	// the end of the history and beyond.
	Info
)

func (o Outcome) String() string { return [...]string{"ok", "fail", "info"}[o] }

// Never is the return time of an operation whose client never came back.
const Never = math.MaxInt64

// An Operation is one call of a client and what came of it.
type Operation struct {
	// Process is the logical thread that called: it has one operation at a time.
	// After an Info its client goes on as a new process.
	Process int
	// Key is empty for the listings, which concern many.
	Key string
	// Call and Return are stamped by the client before and after. For an Info, Return
	// (or Never) is kept for the timeline; the check ignores it.
	Call, Return int64
	Outcome      Outcome
	// Error is the text of the error of a Fail or an Info.
	Error string
	// Action is what was asked and what was answered. Answers are meaningful with Ok,
	// and with Fail where the Action has a field Refused that is true.
	Action Action
	// Line is where the operation stands in its file, the header being line 1; 0 when
	// it never was in one. It names the operation in verdicts and certificates.
	Line int
}

// Latest returns the last instant at which the operation can have taken effect.
func (o *Operation) Latest() int64 {
	if o.Outcome == Info {
		return Never
	}
	return o.Return
}

// A Version is a version number and the name of the value stored at it. A history
// holds names of values, not their bytes.
type Version struct {
	SeqNo location.SeqNo
	Value string
}

// An Action is the argument and the answer of one kind of operation: a pointer to
// one of the structs below.
type Action interface {
	// Name is the operation's name in the file format.
	Name() string
}

// Refused reports whether the answer is that the store refuses the request (E6).
func Refused(a Action) bool {
	switch a := a.(type) {
	case *Truncate:
		return a.Refused
	case *Restore:
		return a.Refused
	}
	return false
}

// The operations of a Consensus.
type (
	// Head asks for the newest version.
	Head struct {
		Found   bool
		Version Version
	}
	// CompareAndSet asks to move the head from Expected (nothing, unless
	// HasExpected) to New.
	CompareAndSet struct {
		HasExpected bool
		Committed   bool
		Expected    location.SeqNo
		New         Version
	}
	// Scan asks for the first Limit versions from From on.
	Scan struct {
		From     location.SeqNo
		Limit    int64
		Versions []Version
	}
	// Truncate asks to delete the versions below UpTo.
	Truncate struct {
		UpTo    location.SeqNo
		Deleted int64 // location.CountUnknown where it was not told
		Refused bool  // the bound was above the head (C8)
	}
	// ListKeys asks for all keys.
	ListKeys struct {
		Keys []string
	}
)

// SizeUnknown is the size of a value whose size the history does not tell.
const SizeUnknown = -1

// The operations of a Blob.
type (
	// Get asks for the value.
	Get struct {
		Found  bool
		Value  string
		Size   int64  // in bytes, or SizeUnknown
		Damage string // what is wrong with the bytes, when something is
	}
	// Set asks to replace the value.
	Set struct {
		Value string
		Size  int64 // in bytes, or SizeUnknown
	}
	// Delete asks to remove the value.
	Delete struct {
		// Answered is false when the history does not tell whether something was removed.
		Answered bool
		Found    bool
		Size     int64 // of the value removed, in bytes
	}
	// Restore asks to bring the last deleted value back.
	Restore struct {
		Refused bool // nothing could be restored (B5)
	}
	// List asks for the keys that start with Prefix.
	List struct {
		Prefix  string
		Entries []location.BlobMetadata
	}
)

func (*Head) Name() string          { return "head" }
func (*CompareAndSet) Name() string { return "compare_and_set" }
func (*Scan) Name() string          { return "scan" }
func (*Truncate) Name() string      { return "truncate" }
func (*ListKeys) Name() string      { return "list_keys" }
func (*Get) Name() string           { return "get" }
func (*Set) Name() string           { return "set" }
func (*Delete) Name() string        { return "delete" }
func (*Restore) Name() string       { return "restore" }
func (*List) Name() string          { return "list" }
