package history

import (
	"errors"
	"fmt"

	"github.com/assay-dev/assay/location"
)

// A decoder turns lines into operations and faults of one object. It is not safe for
// concurrent use; each goroutine that decodes has its own.
type decoder struct {
	scanner
	object Object
	field  field // whose value is being read
	line   line
	memory memory
}

func newDecoder(object Object, n *names) *decoder {
	return &decoder{object: object, memory: newMemory(n)}
}

// A line is what stands in one line, whatever the order of its fields.
type line struct {
	// present fields have a value, null ones are there as null. An optional field that
	// is null counts as absent, unless null means something.
	present, null field

	kind           *kind
	unknownOp      error // why there is no kind
	outcome        Outcome
	unknownOutcome error

	process, call, ret, complete int64
	limit, deleted, size         int64
	expected, from, upTo         location.SeqNo
	key, err                     string
	value, old, damage, prefix   string
	fault, target, effect        string
	committed, refused           bool
	head, next                   Version
	versions                     []Version
	entries                      []location.BlobMetadata
	keys                         []string
}

func (l *line) has(f field) bool { return l.present&f != 0 }

// reset forgets the line's fields and keeps its buffers.
func (l *line) reset() {
	l.present, l.null = 0, 0
	l.err, l.refused = "", false
	l.versions, l.entries, l.keys = l.versions[:0], l.entries[:0], l.keys[:0]
}

// scan reads the fields of one line.
func (d *decoder) scan(text []byte) error {
	d.data, d.pos, d.err, d.field = text, 0, nil, 0
	d.line.reset()
	for d.open('{', "an object"); d.more('}'); {
		d.field = 0
		d.read(d.name())
	}
	if d.field != 0 && d.err != nil && !errors.Is(d.err, errSyntax) {
		d.err = fmt.Errorf("field %q: %w", d.field, d.err)
	}
	d.endOfLine()
	return d.err
}

// begin reports whether the field f, whose name was read, has a value to be read.
func (d *decoder) begin(f field) bool {
	l := &d.line
	switch {
	case (l.present|l.null)&f != 0:
		d.fail("field %q stands there twice", f)
		return false
	case d.null():
		l.null |= f
		return false
	}
	l.present |= f
	d.field = f
	return true
}

// read reads the value of the field of that name.
func (d *decoder) read(name []byte) {
	l := &d.line
	switch string(name) {
	case "process":
		d.intField(fieldProcess, &l.process)
	case "op":
		if d.begin(fieldOp) {
			l.kind, l.unknownOp = kindNamed(d.string(), d.object)
		}
	case "key":
		if d.begin(fieldKey) {
			l.key = d.memory.key(d.string())
		}
	case "call":
		d.timeField(fieldCall, &l.call)
	case "return":
		d.timeField(fieldReturn, &l.ret)
	case "outcome":
		if d.begin(fieldOutcome) {
			l.outcome, l.unknownOutcome = outcomeNamed(d.string())
		}
	case "error":
		d.stringField(fieldError, &l.err)
	case "head":
		if d.begin(fieldHead) {
			l.head = d.version()
		}
	case "expected":
		d.seqNoField(fieldExpected, &l.expected)
	case "new":
		if d.begin(fieldNew) {
			l.next = d.version()
		}
	case "committed":
		if d.begin(fieldCommitted) {
			l.committed = d.bool()
		}
	case "from":
		d.seqNoField(fieldFrom, &l.from)
	case "limit":
		d.intField(fieldLimit, &l.limit)
	case "versions":
		if d.begin(fieldVersions) {
			for d.open('[', "a list"); d.more(']'); {
				l.versions = append(l.versions, d.version())
			}
		}
	case "up_to":
		d.seqNoField(fieldUpTo, &l.upTo)
	case "deleted":
		d.intField(fieldDeleted, &l.deleted)
	case "refused":
		if d.begin(fieldRefused) {
			l.refused = d.bool()
		}
	case "value":
		d.stringField(fieldValue, &l.value)
	case "size":
		d.intField(fieldSize, &l.size)
	case "damage":
		d.stringField(fieldDamage, &l.damage)
	case "prefix":
		d.stringField(fieldPrefix, &l.prefix)
	case "entries":
		if d.begin(fieldEntries) {
			for d.open('[', "a list"); d.more(']'); {
				l.entries = append(l.entries, d.entry())
			}
		}
	case "keys":
		if d.begin(fieldKeys) {
			for d.open('[', "a list"); d.more(']'); {
				l.keys = append(l.keys, d.memory.listings.key(d.string(), &d.memory))
			}
		}
	case "fault":
		d.stringField(fieldFault, &l.fault)
	case "target":
		d.stringField(fieldTarget, &l.target)
	case "effect":
		d.stringField(fieldEffect, &l.effect)
	case "complete_until":
		d.timeField(fieldComplete, &l.complete)
	case "old":
		d.stringField(fieldOld, &l.old)
	default:
		d.skip(0)
	}
}

func (d *decoder) intField(f field, to *int64) {
	if d.begin(f) {
		*to = d.int64()
	}
}

func (d *decoder) timeField(f field, to *int64) {
	d.intField(f, to)
	if d.line.has(f) && *to < 0 {
		d.fail("the time %d is before the start", *to)
	}
}

func (d *decoder) seqNoField(f field, to *location.SeqNo) {
	if d.begin(f) {
		*to = location.SeqNo(d.uint64())
	}
}

func (d *decoder) stringField(f field, to *string) {
	if d.begin(f) {
		*to = d.text()
	}
}

// text reads a string that an operation may keep.
func (d *decoder) text() string { return d.memory.text(d.string()) }

func (d *decoder) version() Version {
	var v Version
	var seqno, value int
	for d.open('{', "an object"); d.more('}'); {
		switch string(d.name()) {
		case "seqno":
			v.SeqNo = location.SeqNo(d.uint64())
			seqno++
		case "value":
			v.Value = d.text()
			value++
		default:
			d.skip(0)
		}
	}
	if seqno != 1 || value != 1 {
		d.fail("a version has one seqno and one value")
	}
	return v
}

func (d *decoder) entry() location.BlobMetadata {
	var e location.BlobMetadata
	var key, size int
	for d.open('{', "an object"); d.more('}'); {
		switch string(d.name()) {
		case "key":
			e.Key = d.memory.listings.key(d.string(), &d.memory)
			key++
		case "size":
			e.Size = d.int64()
			size++
		default:
			d.skip(0)
		}
	}
	if key != 1 || size != 1 {
		d.fail("an entry has one key and one size")
	}
	return e
}
