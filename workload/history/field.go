package history

import "math/bits"

// A field is one key of a line; several together are a set.
type field uint32

const (
	fieldProcess field = 1 << iota
	fieldOp
	fieldKey
	fieldCall
	fieldReturn
	fieldOutcome
	fieldError
	fieldHead
	fieldExpected
	fieldNew
	fieldCommitted
	fieldFrom
	fieldLimit
	fieldVersions
	fieldUpTo
	fieldDeleted
	fieldRefused
	fieldValue
	fieldSize
	fieldDamage
	fieldPrefix
	fieldEntries
	fieldKeys
	fieldFault
	fieldTarget
	fieldEffect
	fieldComplete
	fieldOld
)

// String returns the name of a single field.
func (f field) String() string {
	return [...]string{
		"process", "op", "key", "call", "return", "outcome", "error", "head", "expected", "new", "committed",
		"from", "limit", "versions", "up_to", "deleted", "refused", "value", "size", "damage", "prefix", "entries",
		"keys", "fault", "target", "effect", "complete_until", "old",
	}[bits.TrailingZeros32(uint32(f))]
}

// first returns one field of a set that is not empty.
func (f field) first() field { return f & -f }
