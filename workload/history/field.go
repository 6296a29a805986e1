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

// fieldNamed returns the field of that name, 0 for one that means nothing here.
func fieldNamed(name []byte) field {
	switch string(name) {
	case "process":
		return fieldProcess
	case "op":
		return fieldOp
	case "key":
		return fieldKey
	case "call":
		return fieldCall
	case "return":
		return fieldReturn
	case "outcome":
		return fieldOutcome
	case "error":
		return fieldError
	case "head":
		return fieldHead
	case "expected":
		return fieldExpected
	case "new":
		return fieldNew
	case "committed":
		return fieldCommitted
	case "from":
		return fieldFrom
	case "limit":
		return fieldLimit
	case "versions":
		return fieldVersions
	case "up_to":
		return fieldUpTo
	case "deleted":
		return fieldDeleted
	case "refused":
		return fieldRefused
	case "value":
		return fieldValue
	case "size":
		return fieldSize
	case "damage":
		return fieldDamage
	case "prefix":
		return fieldPrefix
	case "entries":
		return fieldEntries
	case "keys":
		return fieldKeys
	case "fault":
		return fieldFault
	case "target":
		return fieldTarget
	case "effect":
		return fieldEffect
	case "complete_until":
		return fieldComplete
	case "old":
		return fieldOld
	}
	return 0
}
