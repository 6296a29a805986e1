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
	line   line
	memory memory
}

func newDecoder(object Object) *decoder {
	return &decoder{object: object, memory: newMemory()}
}

// A line is what stands in one line, whatever the order of its fields.
type line struct {
	// present fields have a value, null ones are there as null. An optional field that
	// is null counts as absent, unless null means something.
	present, null field

	process, call, ret, complete int64
	limit, deleted, size         int64
	expected, from, upTo         location.SeqNo
	op, key, outcome, err        string
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
	d.data, d.pos, d.err = text, 0, nil
	d.line.reset()
	d.scanner.object(func(name []byte) { d.field(fieldNamed(name)) })
	d.endOfLine()
	return d.err
}

// field reads the value of f.
func (d *decoder) field(f field) {
	l := &d.line
	switch {
	case f == 0:
		d.skip(0)
		return
	case (l.present|l.null)&f != 0:
		d.fail("field %q stands there twice", f)
		return
	case d.null():
		l.null |= f
		return
	}
	l.present |= f
	d.read(f)
	if d.err != nil && !errors.Is(d.err, errSyntax) {
		d.err = fmt.Errorf("field %q: %w", f, d.err)
	}
}

func (d *decoder) read(f field) {
	l := &d.line
	switch f {
	case fieldProcess:
		l.process = d.int64()
	case fieldCall:
		l.call = d.time()
	case fieldReturn:
		l.ret = d.time()
	case fieldComplete:
		l.complete = d.time()
	case fieldLimit:
		l.limit = d.int64()
	case fieldDeleted:
		l.deleted = d.int64()
	case fieldSize:
		l.size = d.int64()
	case fieldExpected:
		l.expected = location.SeqNo(d.uint64())
	case fieldFrom:
		l.from = location.SeqNo(d.uint64())
	case fieldUpTo:
		l.upTo = location.SeqNo(d.uint64())
	case fieldCommitted:
		l.committed = d.bool()
	case fieldRefused:
		l.refused = d.bool()
	case fieldHead:
		l.head = d.version()
	case fieldNew:
		l.next = d.version()
	case fieldVersions:
		d.list(func() { l.versions = append(l.versions, d.version()) })
	case fieldEntries:
		d.list(func() { l.entries = append(l.entries, d.entry()) })
	case fieldKeys:
		d.list(func() { l.keys = append(l.keys, d.text()) })
	default:
		*l.textOf(f) = d.text()
	}
}

// textOf returns where the text of a field goes.
func (l *line) textOf(f field) *string {
	switch f {
	case fieldOp:
		return &l.op
	case fieldKey:
		return &l.key
	case fieldOutcome:
		return &l.outcome
	case fieldError:
		return &l.err
	case fieldValue:
		return &l.value
	case fieldOld:
		return &l.old
	case fieldDamage:
		return &l.damage
	case fieldPrefix:
		return &l.prefix
	case fieldFault:
		return &l.fault
	case fieldTarget:
		return &l.target
	}
	return &l.effect
}

func (d *decoder) text() string { return d.memory.text(d.string()) }

func (d *decoder) time() int64 {
	t := d.int64()
	if t < 0 {
		d.fail("the time %d is before the start", t)
	}
	return t
}

func (d *decoder) version() Version {
	var v Version
	var seqno, value int
	d.scanner.object(func(name []byte) {
		switch string(name) {
		case "seqno":
			v.SeqNo = location.SeqNo(d.uint64())
			seqno++
		case "value":
			v.Value = d.text()
			value++
		default:
			d.skip(0)
		}
	})
	if seqno != 1 || value != 1 {
		d.fail("a version has one seqno and one value")
	}
	return v
}

func (d *decoder) entry() location.BlobMetadata {
	var e location.BlobMetadata
	var key, size int
	d.scanner.object(func(name []byte) {
		switch string(name) {
		case "key":
			e.Key = d.text()
			key++
		case "size":
			e.Size = d.int64()
			size++
		default:
			d.skip(0)
		}
	})
	if key != 1 || size != 1 {
		d.fail("an entry has one key and one size")
	}
	return e
}
