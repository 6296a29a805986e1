package exchange

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"

	"github.com/assay-dev/assay/workload/history"
)

// A Format is one that histories are written in.
type Format string

// The formats.
const (
	EDN   Format = "jepsen-edn" // one map for each call and each return
	Lines Format = "jsonl"      // the history file, without compression
	CSV   Format = "csv"        // a row for each operation
)

// Formats are all formats.
func Formats() []Format { return []Format{EDN, Lines, CSV} }

// Export writes a history in a format.
func Export(w io.Writer, h *history.History, format Format) error {
	buffered := bufio.NewWriter(w)
	var err error
	switch format {
	case EDN:
		err = writeEDN(buffered, h)
	case Lines:
		err = writeLines(buffered, h)
	case CSV:
		err = writeCSV(buffered, h)
	default:
		return fmt.Errorf("unknown format %q: known are %v", format, Formats())
	}
	if err != nil {
		return err
	}
	return buffered.Flush()
}

func writeLines(w io.Writer, h *history.History) error {
	writer, err := history.NewWriter(w, h.Header)
	if err != nil {
		return err
	}
	for i := range h.Faults {
		if err := writer.WriteFault(&h.Faults[i]); err != nil {
			return err
		}
	}
	for i := range h.Operations {
		if err := writer.Write(&h.Operations[i]); err != nil {
			return err
		}
	}
	return writer.Close()
}

// A moment is a call or a return, of an operation or of a fault.
type moment struct {
	at      int64
	returns bool
	op      *history.Operation
	fault   *history.Fault
}

// writeEDN writes the calls and returns in their order, as Jepsen does.
func writeEDN(w io.Writer, h *history.History) error {
	for i, m := range inOrder(moments(h)) {
		tell := m.faultMap
		if m.op != nil {
			tell = m.operationMap
		}
		d := append(tell(), entry{atom(":time"), signed(m.at)}, entry{atom(":index"), signed(int64(i))})
		if _, err := fmt.Fprintln(w, print(d)); err != nil {
			return err
		}
	}
	return nil
}

func moments(h *history.History) []moment {
	all := make([]moment, 0, 2*(len(h.Operations)+len(h.Faults)))
	for i := range h.Faults {
		f := &h.Faults[i]
		all = append(all, moment{at: f.Call, fault: f})
		if f.Return != history.Never {
			all = append(all, moment{at: f.Return, returns: true, fault: f})
		}
	}
	for i := range h.Operations {
		op := &h.Operations[i]
		all = append(all, moment{at: op.Call, op: op})
		if op.Return != history.Never {
			all = append(all, moment{at: op.Return, returns: true, op: op})
		}
	}
	slices.SortStableFunc(all, func(a, b moment) int { return cmp.Compare(a.at, b.at) })
	return all
}

// inOrder orders what has the same instant. What touches overlaps: calls come before
// returns, except for the process itself, which has one operation at a time.
func inOrder(all []moment) []moment {
	ordered := make([]moment, 0, len(all))
	busy := map[int]bool{}
	for len(all) > 0 {
		n := slices.IndexFunc(all, func(m moment) bool { return m.at != all[0].at })
		if n < 0 {
			n = len(all)
		}
		ordered = append(ordered, simultaneous(all[:n], busy)...)
		all = all[n:]
	}
	return ordered
}

// simultaneous orders one instant.
func simultaneous(rest []moment, busy map[int]bool) (ordered []moment) {
	rest = slices.Clone(rest)
	take := func(i int) {
		m := rest[i]
		if m.op != nil {
			busy[m.op.Process] = !m.returns
		}
		ordered = append(ordered, m)
		rest = slices.Delete(rest, i, i+1)
	}
	for len(rest) > 0 {
		next := slices.IndexFunc(rest, func(m moment) bool { return !m.returns && (m.op == nil || !busy[m.op.Process]) })
		if next < 0 { // a return of an operation that has begun
			next = slices.IndexFunc(rest, func(m moment) bool {
				return m.returns && !slices.ContainsFunc(rest, func(c moment) bool { return !c.returns && c.op == m.op && c.fault == m.fault })
			})
		}
		take(max(next, 0))
	}
	return ordered
}

// faultMap is what the nemesis did.
func (m moment) faultMap() dict {
	f, name := m.fault, atom(":start")
	if m.returns {
		name = ":stop"
	}
	d := dict{{atom(":type"), info}, {atom(":f"), name}, {atom(":value"), f.Fault}, {atom(":process"), atom(":nemesis")}}
	if f.Target != "" {
		d = append(d, entry{atom(":target"), f.Target})
	}
	if m.returns && f.Effect != "" {
		d = append(d, entry{atom(":effect"), f.Effect})
	}
	return d
}

// operationMap is the call or the return of an operation.
func (m moment) operationMap() dict {
	op := m.op
	f, value, extra := tell(op, m.returns)
	kind := invoke
	if m.returns {
		kind = [...]atom{history.Ok: okay, history.Fail: fail, history.Info: info}[op.Outcome]
		if mismatch(op) {
			kind = fail
		}
	}
	if op.Key != "" {
		value = vector{op.Key, value}
	}
	d := append(dict{{atom(":type"), kind}, {atom(":f"), f}, {atom(":value"), value}, {atom(":process"), signed(int64(op.Process))}}, extra...)
	if m.returns && op.Outcome != history.Ok {
		d = append(d, entry{atom(":error"), cmp.Or(op.Error, "unknown")})
	}
	return d
}

// mismatch reports whether op is a compare-and-set that saw something else than it
// expected: for Jepsen, one that failed.
func mismatch(op *history.Operation) bool {
	switch a := op.Action.(type) {
	case *history.CompareAndSet:
		return op.Outcome == history.Ok && !a.Committed
	case *history.RegisterSwap:
		return op.Outcome == history.Ok && !a.Swapped
	}
	return false
}
