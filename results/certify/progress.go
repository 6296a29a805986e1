package certify

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/results/certify/certificate"
	"github.com/assay-dev/assay/results/certify/suite"
)

// How often the state of the whole is told while no run ends.
const (
	terminalInterval = time.Second
	plainInterval    = 30 * time.Second
)

// progress tells of each run that ends, and where the whole stands.
type progress struct {
	to       io.Writer
	terminal bool
	all      int
	started  time.Time
	deadline time.Time
	stop     chan struct{}
	stopped  sync.WaitGroup

	mu       sync.Mutex
	underWay int
	done     int
	valid    int
}

func newProgress(m *matrix) *progress {
	p := &progress{
		to: m.Progress, terminal: m.Terminal, all: len(m.runs) + len(m.todo), done: len(m.runs),
		started: time.Now(), deadline: m.deadline, stop: make(chan struct{}),
	}
	for _, r := range m.runs {
		if r.Verdict == checker.Valid {
			p.valid++
		}
	}
	if p.done > 0 {
		p.line(fmt.Sprintf("%d of %d runs are there already", p.done, p.all))
	}
	p.stopped.Go(p.tick)
	return p
}

// tick tells the state again and again.
func (p *progress) tick() {
	interval := plainInterval
	if p.terminal {
		interval = terminalInterval
	}
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			p.mu.Lock()
			p.line("")
			p.mu.Unlock()
		case <-p.stop:
			return
		}
	}
}

func (p *progress) begin() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.underWay++
}

// finish tells of a run that has ended; nil when it was interrupted.
func (p *progress) finish(cell suite.Cell, run *certificate.Run) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.underWay--
	if run == nil {
		return
	}
	p.done++
	if run.Verdict == checker.Valid {
		p.valid++
	}
	text := fmt.Sprintf("%d of %d  %-12s  %v, %s operations", p.done, p.all, strings.ToUpper(string(run.Verdict)), cell, results.Thousands(run.Operations))
	switch {
	case len(run.Violations) > 0:
		text += fmt.Sprintf(" · %s: %s", run.Violations[0].Clause, run.Violations[0].Explanation)
	case run.Reason != "":
		text += " · " + run.Reason
	}
	p.line(text)
}

// end tells nothing more.
func (p *progress) end() {
	close(p.stop)
	p.stopped.Wait()
	if p.terminal {
		_, _ = io.WriteString(p.to, "\r\x1b[K")
	}
}

// line writes a line that stays, or none, and where the whole stands. What cannot be shown is no
// reason to end.
func (p *progress) line(text string) {
	switch {
	case p.terminal && text == "":
		_, _ = io.WriteString(p.to, "\r\x1b[K"+p.state())
	case p.terminal:
		_, _ = io.WriteString(p.to, "\r\x1b[K"+text+"\n"+p.state())
	case text == "":
		_, _ = io.WriteString(p.to, p.state()+"\n")
	default:
		_, _ = io.WriteString(p.to, text+"\n")
	}
}

func (p *progress) state() string {
	text := fmt.Sprintf("%d of %d runs done, %d valid, %d under way · %v", p.done, p.all, p.valid, p.underWay, time.Since(p.started).Round(time.Second))
	if !p.deadline.IsZero() {
		text += fmt.Sprintf(" · %v of the budget left", max(0, time.Until(p.deadline)).Round(time.Second))
	}
	return text
}
