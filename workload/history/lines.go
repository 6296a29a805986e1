package history

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
)

// A part is what one chunk holds, up to the first line that could not be read.
type part struct {
	*buffers // with the operations
	read     int64
	faults   []Fault
	complete int64 // the latest instant up to which the file says it is complete
	damage   *Damage
	err      error
}

// A task is a chunk to decode and where the part goes.
type task struct {
	chunk chunk
	done  chan<- part
}

// readLines reads a history from its text. One goroutine cuts it into chunks, one per
// processor decodes them, and this one puts them together in their order.
func readLines(s *splitter) (*History, error) {
	first, ok := s.next()
	if !ok || len(bytes.TrimSpace(first.text)) == 0 {
		return nil, s.empty()
	}
	header, err := decodeHeader(first.takeLine())
	if err != nil {
		return nil, &LineError{1, err}
	}
	h := &History{Header: header}
	workers, names := runtime.GOMAXPROCS(0), newNames(header.Object)
	tasks := make(chan task)
	parts := make(chan (<-chan part), 2*workers)
	stop := make(chan struct{})
	var running sync.WaitGroup
	running.Go(func() { s.feed(first, tasks, parts, stop) })
	for range workers {
		running.Go(func() {
			d := newDecoder(header.Object, names)
			for t := range tasks {
				t.done <- d.decode(t.chunk)
			}
		})
	}
	complete, err := h.gather(parts, s)
	close(stop)
	running.Wait()
	if err == nil && h.Damage == nil {
		h.Damage, err = s.result()
	}
	if err != nil {
		return nil, err
	}
	h.Faults = latest(h.Faults)
	h.cut(complete)
	return h, nil
}

// empty is the error of a stream without a first line.
func (s *splitter) empty() error {
	if _, err := s.result(); err != nil {
		return err
	}
	return &LineError{1, fmt.Errorf("missing header: %s", wantHeader)}
}

// feed hands out the chunks, and in their order the channels on which their parts
// will come. The length of parts bounds how far it runs ahead.
func (s *splitter) feed(c chunk, tasks chan<- task, parts chan<- (<-chan part), stop <-chan struct{}) {
	defer close(tasks)
	defer close(parts)
	for ok := true; ok; c, ok = s.next() {
		done := make(chan part, 1)
		select {
		case parts <- done:
			tasks <- task{c, done}
		case <-stop:
			return
		}
	}
}

// gather puts the parts together until one has an error. It returns the latest
// instant up to which the file says it is complete.
func (h *History) gather(parts <-chan (<-chan part), s *splitter) (complete int64, err error) {
	complete = unknown
	for done := range parts {
		p := <-done
		if all := len(h.Operations) + len(p.operations); all > cap(h.Operations) {
			// Growing step by step would hold everything twice, again and again.
			h.Operations = slices.Grow(h.Operations, max(all, s.file.whole(all, p.read))-len(h.Operations))
		}
		h.Operations = append(h.Operations, p.operations...)
		s.giveBack(p.buffers)
		h.Faults = append(h.Faults, p.faults...)
		complete = max(complete, p.complete)
		h.Damage = p.damage
		if p.err != nil {
			return complete, p.err
		}
	}
	return complete, nil
}

// decode decodes the lines of a chunk.
func (d *decoder) decode(c chunk) part {
	p := part{buffers: c.buffers, read: c.read, complete: unknown}
	p.operations = slices.Grow(p.operations[:0], c.lines+1)
	for number := c.first; len(c.text) > 0; number++ {
		line := c.takeLine()
		err := d.decodeLine(line, number, &p)
		if err == nil {
			continue
		}
		if c.open && len(c.text) == 0 && errors.Is(err, errSyntax) {
			p.damage = &Damage{Line: number, Cause: err}
		} else {
			p.err = &LineError{number, err}
		}
		return p
	}
	return p
}

// decodeLine adds the line to the part. Empty lines mean nothing.
func (d *decoder) decodeLine(text []byte, number int, p *part) error {
	if len(bytes.TrimSpace(text)) == 0 {
		return nil
	}
	if err := d.scan(text); err != nil {
		return err
	}
	if d.line.has(fieldFault) {
		f, err := d.fault()
		f.Line = number
		p.faults = append(p.faults, f)
		return err
	}
	if d.line.has(fieldComplete) && !d.line.has(fieldOp) {
		p.complete = d.line.complete
		return nil
	}
	p.operations = append(p.operations, Operation{})
	op := &p.operations[len(p.operations)-1]
	err := d.operation(op)
	op.Line = number
	return err
}
