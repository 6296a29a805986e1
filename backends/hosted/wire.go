package hosted

import (
	"errors"

	"github.com/assay-dev/assay/location"
)

// method is what a connection is asked for; net/rpc derives it from [server.Do].
const (
	service = "Store"
	method  = service + ".Do"
)

// The objects.
const (
	aConsensus = "Consensus"
	aBlob      = "Blob"
)

// The operations, and the question for the object and what it declares.
const (
	opDescribe      = "describe"
	opHead          = "head"
	opCompareAndSet = "compare-and-set"
	opScan          = "scan"
	opTruncate      = "truncate"
	opListKeys      = "list keys"
	opGet           = "get"
	opSet           = "set"
	opDelete        = "delete"
	opRestore       = "restore"
	opList          = "list"
)

// A Request is one operation with its arguments.
type Request struct {
	Op, Key     string
	Value       []byte
	HasExpected bool
	Expected    location.SeqNo
	New         location.VersionedData
	Number      location.SeqNo // from, or up to
	Limit       int64
}

// A Response is what became of it.
type Response struct {
	Failure      *Failure
	Object       string
	Capabilities location.Capabilities
	Found        bool
	Value        []byte
	Head         location.VersionedData
	Result       location.CompareAndSetResult
	Versions     []location.VersionedData
	Count        int64 // deleted versions, or the size of a deleted value
	Keys         []string
	Entries      []location.BlobMetadata
}

// A Failure is an error on its way.
type Failure struct {
	Class   location.Class
	Text    string
	Refusal int // 1 + its index in refusals
}

// refusals are the errors that callers tell apart.
func refusals() []error {
	return []error{location.ErrInvalidArgument, location.ErrTruncationRefused, location.ErrRestoreRefused, location.ErrUnsupported}
}

// failureOf prepares an error for its way; nil stays nil.
func failureOf(err error) *Failure {
	if err == nil {
		return nil
	}
	f := &Failure{Class: location.Classify(err), Text: err.Error()}
	var classed *location.Error
	if errors.As(err, &classed) && err == error(classed) {
		f.Text = classed.Cause.Error() // the class is put in front of it again
	}
	for i, refusal := range refusals() {
		if errors.Is(err, refusal) {
			f.Refusal = i + 1
		}
	}
	return f
}

// err is the error at the end of its way.
func (f *Failure) err() error {
	if f == nil {
		return nil
	}
	cause := &remote{text: f.Text}
	if f.Refusal > 0 {
		cause.refusal = refusals()[f.Refusal-1]
	}
	if f.Class == location.Determinate {
		return location.NewDeterminate(cause)
	}
	return location.NewIndeterminate(cause)
}

// remote is an error of the process that has the store.
type remote struct {
	text    string
	refusal error
}

func (r *remote) Error() string { return r.text }
func (r *remote) Unwrap() error { return r.refusal }
