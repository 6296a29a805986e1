package exchange

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/assay-dev/assay/workload/history"
)

// Key is that of a history which has one register only.
const Key = "register"

// Options say how a Jepsen history is understood.
type Options struct {
	// FailedSwapIsMismatch takes a cas that failed, and names no error, for one that saw
	// another value than it expected. Otherwise it is one that did not happen, which is
	// all that Jepsen's :fail says: its clients use it for both.
	FailedSwapIsMismatch bool
	// Skip are operations to leave out, as they are called after :f. Leaving out what
	// writes accuses a store of what it did not do.
	Skip []string
}

// Import reads a history of registers as Jepsen records it: operations :read, :write and
// :cas, of one register or, as its independent generators write them, of many, with
// [key value] as values. Its order is that of the file, as it is for Jepsen; times, where
// there are any, are moved by some nanoseconds where they are equal. What the nemesis did
// is left out.
//
// The file is EDN, one map for each event or a vector of them (history.edn); or lines
// with process, type, function and value (history.txt, or those of jepsen.util in a log).
func Import(r io.Reader, o Options) (*history.History, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	events, err := parse(string(text))
	if err != nil {
		return nil, err
	}
	events = slices.DeleteFunc(events, func(e event) bool {
		_, client := e.client()
		return !client || slices.Contains(o.Skip, strings.TrimPrefix(string(e.f), ":"))
	})
	i := &importer{
		options: o, independent: independent(events), open: map[int64]*event{},
		history: &history.History{Header: history.Header{Assay: history.FormatVersion, Object: history.Register}},
	}
	for n := range events {
		if err := i.add(&events[n]); err != nil {
			return nil, fmt.Errorf("line %d: %w", events[n].line, err)
		}
	}
	return i.finish()
}

// An event is the beginning or the end of an operation.
type event struct {
	line     int
	process  any
	kind, f  atom
	value    any
	err      any
	time     int64
	hasTime  bool
	position int64 // in the history's time
}

const (
	invoke atom = ":invoke"
	okay   atom = ":ok"
	fail   atom = ":fail"
	info   atom = ":info"
)

func isKind(a atom) bool { return a == invoke || a == okay || a == fail || a == info }

// client reports whether a client's operation is meant, and not the nemesis.
func (e *event) client() (process int64, isClient bool) { return number(e.process) }

// independent reports whether the values of all calls are [key value] throughout.
func independent(events []event) bool {
	some := false
	for i := range events {
		e := &events[i]
		if e.kind != invoke {
			continue
		}
		pair, ok := e.value.(vector)
		if !ok || len(pair) != 2 {
			return false
		}
		if inner, ok := pair[1].(vector); e.f == ":cas" && (!ok || len(inner) != 2) {
			return false
		}
		some = true
	}
	return some
}

// importer turns events into operations.
type importer struct {
	options     Options
	independent bool
	history     *history.History
	open        map[int64]*event // by process: what it began
	keys, names naming
	last        int64
	started     bool
}

// add takes one event.
func (i *importer) add(e *event) error {
	process, _ := e.client()
	i.place(e)
	begun := i.open[process]
	switch {
	case e.kind == invoke && begun != nil:
		return fmt.Errorf("process %d begins an operation before the one of line %d has ended", process, begun.line)
	case e.kind == invoke:
		i.open[process] = e
		return nil
	case begun == nil:
		return fmt.Errorf("process %d ends an operation that it did not begin", process)
	case begun.f != e.f:
		return fmt.Errorf("process %d ends %s and began %s on line %d", process, e.f, begun.f, begun.line)
	}
	delete(i.open, process)
	return i.operation(process, begun, e)
}

// place gives an event its time: later than all before it.
func (i *importer) place(e *event) {
	if e.hasTime && !i.started {
		i.last = e.time
	} else if e.hasTime {
		i.last = max(e.time, i.last+1)
	} else {
		i.last++
	}
	e.position, i.started = i.last, true
}

// finish adds what never ended, and puts all in order.
func (i *importer) finish() (*history.History, error) {
	for process, begun := range i.open {
		if err := i.operation(process, begun, nil); err != nil {
			return nil, fmt.Errorf("line %d: %w", begun.line, err)
		}
	}
	h := i.history
	if len(h.Operations) == 0 {
		return nil, errors.New("there are no operations of clients in it")
	}
	slices.SortFunc(h.Operations, func(a, b history.Operation) int { return cmp.Compare(a.Call, b.Call) })
	first := min(h.Operations[0].Call, 0)
	for n := range h.Operations {
		op := &h.Operations[n]
		op.Line = n + 2
		op.Call -= first
		if op.Return != history.Never {
			op.Return -= first
		}
	}
	return h, nil
}

// operation adds the operation that began and ended so; end is nil for one that never did.
func (i *importer) operation(process int64, begin, end *event) error {
	op := history.Operation{Process: int(process), Call: begin.position, Return: history.Never, Outcome: history.Info}
	if end != nil {
		op.Return = end.position
		op.Outcome = map[atom]history.Outcome{okay: history.Ok, fail: history.Fail, info: history.Info}[end.kind]
		if op.Outcome != history.Ok {
			op.Error = errorText(end)
		}
	}
	key, asked, err := i.split(begin)
	if err != nil {
		return err
	}
	op.Key = key
	switch begin.f {
	case ":read":
		err = i.read(&op, end)
	case ":write":
		op.Action = &history.RegisterWrite{New: i.content(asked)}
	case ":cas":
		err = i.swap(&op, asked, end)
	default:
		err = fmt.Errorf("%s is no operation of a register: known are :read, :write and :cas", begin.f)
	}
	i.history.Operations = append(i.history.Operations, op)
	return err
}

func (i *importer) read(op *history.Operation, end *event) error {
	a := &history.RegisterRead{}
	op.Action = a
	if op.Outcome != history.Ok {
		return nil
	}
	key, held, err := i.split(end)
	if err == nil && key != op.Key {
		err = fmt.Errorf("a read of key %s ends as one of key %s", op.Key, key)
	}
	a.Held = i.content(held)
	return err
}

func (i *importer) swap(op *history.Operation, asked any, end *event) error {
	pair, isPair := asked.(vector)
	if !isPair || len(pair) != 2 {
		return fmt.Errorf("a :cas of %s: wanted is [old new]", print(asked))
	}
	a := &history.RegisterSwap{Old: i.content(pair[0]), New: i.content(pair[1]), Swapped: op.Outcome == history.Ok}
	op.Action = a
	if op.Outcome == history.Fail && i.options.FailedSwapIsMismatch && end.err == nil && op.Error == "" {
		op.Outcome = history.Ok
	}
	return nil
}

// split returns the key and what is said of it.
func (i *importer) split(e *event) (key string, value any, err error) {
	if !i.independent {
		return Key, e.value, nil
	}
	pair, ok := e.value.(vector)
	if !ok || len(pair) != 2 {
		return "", nil, fmt.Errorf("the value %s has no key, and others have one", print(e.value))
	}
	return i.keys.of(pair[0]), pair[1], nil
}

func (i *importer) content(value any) history.Content {
	if value == nil {
		return history.Content{}
	}
	return history.Content{Found: true, Value: i.names.of(value)}
}

// errorText is the error of an event; older histories have it in place of the value.
func errorText(e *event) string {
	if e.err != nil {
		return print(e.err)
	}
	if a, ok := e.value.(atom); ok && a.isKeyword() {
		return string(a)
	}
	return ""
}

// A naming gives values names: strings are called what they are, unless another value
// is called so, and all else as EDN prints it.
type naming struct {
	names, values map[string]string // by the printed value, and back
}

func (n *naming) of(value any) string {
	printed := print(value)
	if name, known := n.names[printed]; known {
		return name
	}
	if n.names == nil {
		n.names, n.values = map[string]string{}, map[string]string{}
	}
	name, isString := value.(string)
	if _, taken := n.values[name]; !isString || taken || name == "" {
		name = printed
	}
	for n.values[name] != "" {
		name += "'"
	}
	n.names[printed], n.values[name] = name, printed
	return name
}
