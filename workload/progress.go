package workload

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"time"
)

// How often a Progress is written.
const (
	terminalInterval = 200 * time.Millisecond
	plainInterval    = 5 * time.Second
)

// A Progress shows where a run stands.
type Progress struct {
	// To is where it is written.
	To io.Writer
	// Terminal: one line is rewritten in place, several times a second. Otherwise a
	// plain line is written every few seconds.
	Terminal bool
	// Name begins each line.
	Name string
}

// Show writes until ctx ends, and then a last line.
func (p Progress) Show(ctx context.Context, counters func() Counters) {
	interval := plainInterval
	if p.Terminal {
		interval = terminalInterval
	}
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	var last Counters
	for {
		select {
		case <-ticker.C:
			now := counters()
			p.write(p.line(last, now), false)
			last = now
		case <-ctx.Done():
			p.write(p.line(Counters{}, counters()), true)
			return
		}
	}
}

func (p Progress) write(line string, end bool) {
	if p.Terminal {
		// Back to the beginning, over what stood there before.
		line = "\r\x1b[K" + line
	}
	if end || !p.Terminal {
		line += "\n"
	}
	// A terminal that is gone is no reason to end a run.
	_, _ = io.WriteString(p.To, line)
}

// line says where the run stands, with the rate since last.
func (p Progress) line(last, now Counters) string {
	text := fmt.Sprintf("%s operations, %s/s · %s ok, %s failed, %s unknown",
		grouped(now.Operations()), grouped(rate(last, now)), grouped(now.Ok), grouped(now.Fail), grouped(now.Info))
	if now.Abandoned > 0 {
		text += fmt.Sprintf(" (%s abandoned)", grouped(now.Abandoned))
	}
	if p.Name != "" {
		text = p.Name + ": " + text
	}
	switch {
	case now.Phase != Requesting:
		text += " · " + now.Phase.String()
	case now.Remaining >= 0:
		text += fmt.Sprintf(" · %s left", now.Remaining.Round(time.Second))
	}
	return text
}

// rate is in operations per second.
func rate(last, now Counters) int64 {
	elapsed := now.Elapsed - last.Elapsed
	if elapsed <= 0 {
		return 0
	}
	return int64(float64(now.Operations()-last.Operations()) / elapsed.Seconds())
}

// grouped prints n in groups of three digits.
func grouped(n int64) string {
	text := strconv.FormatInt(n, 10)
	for at := len(text) - 3; at > 0; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return text
}
