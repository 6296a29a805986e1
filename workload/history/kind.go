package history

import (
	"fmt"
	"strings"

	"github.com/assay-dev/assay/location"
)

// A kind is one operation of the file format: which fields it has, and how they make
// an Action.
type kind struct {
	name   string
	object Object
	// arguments have to be there.
	arguments field
	// answers have to be there with Ok; nullable ones may be null.
	answers, nullable field
	// optional answers may be absent.
	optional field
	build    func(l *line, m *memory) Action
}

// kinds are all operations. Nothing changes them.
var kinds = [...]kind{
	{"head", Consensus, fieldKey, 0, fieldHead, 0, buildHead},
	{"compare_and_set", Consensus, fieldKey | fieldNew, fieldCommitted, 0, 0, buildCompareAndSet},
	{"scan", Consensus, fieldKey | fieldFrom | fieldLimit, fieldVersions, 0, 0, buildScan},
	{"truncate", Consensus, fieldKey | fieldUpTo, 0, 0, fieldDeleted, buildTruncate},
	{"list_keys", Consensus, 0, fieldKeys, 0, 0, buildListKeys},
	{"get", Blob, fieldKey, 0, fieldValue, fieldSize | fieldDamage, buildGet},
	{"set", Blob, fieldKey | fieldValue, 0, 0, 0, buildSet},
	{"delete", Blob, fieldKey, 0, 0, fieldSize, buildDelete},
	{"restore", Blob, fieldKey, 0, 0, 0, buildRestore},
	{"list", Blob, fieldPrefix, fieldEntries, 0, 0, buildList},
	{"read", Register, fieldKey, 0, fieldValue, 0, buildRead},
	{"write", Register, fieldKey, 0, 0, 0, buildWrite},
	{"cas", Register, fieldKey, fieldCommitted, 0, 0, buildSwap},
}

// kindNamed looks up an operation, which has to be one of the object.
func kindNamed(name []byte, object Object) (*kind, error) {
	for i := range kinds {
		switch k := &kinds[i]; {
		case k.name != string(name):
		case k.object != object:
			return nil, fmt.Errorf("%q is an operation of a %s, and the header says that this history is about a %s",
				k.name, k.object, object)
		default:
			return k, nil
		}
	}
	return nil, fmt.Errorf("unknown op %.40q: those of a %s are %s", name, object, operationNames(object))
}

func operationNames(object Object) string {
	var names []string
	for _, k := range kinds {
		if k.object == object {
			names = append(names, k.name)
		}
	}
	return strings.Join(names, ", ")
}

func buildHead(l *line, m *memory) Action {
	a := m.heads.one()
	if l.has(fieldHead) {
		a.Found, a.Version = true, l.head
	}
	return a
}

func buildCompareAndSet(l *line, m *memory) Action {
	a := m.compareAndSets.one()
	a.New = l.next
	a.Committed = l.has(fieldCommitted) && l.committed
	if l.has(fieldExpected) {
		a.HasExpected, a.Expected = true, l.expected
	}
	return a
}

func buildScan(l *line, m *memory) Action {
	a := m.scans.one()
	a.From, a.Limit = l.from, l.limit
	if l.has(fieldVersions) {
		a.Versions = m.versions.copy(l.versions)
	}
	return a
}

func buildTruncate(l *line, m *memory) Action {
	a := m.truncates.one()
	a.UpTo, a.Deleted, a.Refused = l.upTo, location.CountUnknown, l.refused
	if l.has(fieldDeleted) {
		a.Deleted = l.deleted
	}
	return a
}

func buildListKeys(l *line, m *memory) Action {
	a := new(ListKeys)
	if l.has(fieldKeys) {
		a.Keys = m.texts.copy(l.keys)
	}
	return a
}

func buildGet(l *line, m *memory) Action {
	a := m.gets.one()
	if l.has(fieldValue) {
		a.Found, a.Value, a.Size = true, l.value, l.sizeOrUnknown()
	}
	if l.has(fieldDamage) {
		a.Damage = l.damage
	}
	return a
}

func buildSet(l *line, m *memory) Action {
	a := m.sets.one()
	a.Value, a.Size = l.value, l.sizeOrUnknown()
	return a
}

func buildDelete(l *line, m *memory) Action {
	a := m.deletes.one()
	a.Answered = (l.present|l.null)&fieldSize != 0
	if l.has(fieldSize) {
		a.Found, a.Size = true, l.size
	}
	return a
}

func buildRestore(l *line, m *memory) Action {
	a := m.restores.one()
	a.Refused = l.refused
	return a
}

func buildList(l *line, m *memory) Action {
	a := new(List)
	a.Prefix = l.prefix
	if l.has(fieldEntries) {
		a.Entries = m.entries.copy(l.entries)
	}
	return a
}

func (l *line) sizeOrUnknown() int64 {
	if l.has(fieldSize) {
		return l.size
	}
	return SizeUnknown
}
