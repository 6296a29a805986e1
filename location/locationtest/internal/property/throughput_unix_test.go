//go:build unix

package property

import (
	"syscall"
	"testing"
	"time"
)

// cpu returns the time that this process has computed.
func cpu(t *testing.T) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// What a core does per second, drawing and checking included. It is printed, not held to
// anything: run it with -v on a machine that has nothing else to do.
func TestThroughput(t *testing.T) {
	if testing.Short() {
		t.Skip("a measurement")
	}
	for _, m := range []struct {
		name     string
		object   object
		programs uint64
	}{{"mem", memConsensus(), 5000}, {"a latency of 1 ms", slowConsensus(), 500}} {
		o := Defaults()
		p := newProperty(t, m.object, o)
		start := cpu(t)
		for n := range m.programs {
			p.draw(seed{n, 1})
		}
		drawing := cpu(t) - start
		start, began := cpu(t), time.Now()
		for n := range m.programs {
			if f := p.try(seed{n, 1}); f != nil {
				t.Fatal(f.report())
			}
		}
		used, took := cpu(t)-start, time.Since(began)
		t.Logf("%s: %v; %.0f operations and %.0f programs per second of a core, of which %v of %v for drawing; in real time %.0f programs per second",
			m.name, p.tally, float64(p.tally.operations)/used.Seconds(), float64(p.tally.programs)/used.Seconds(),
			drawing, used, float64(p.tally.programs)/took.Seconds())
	}
}
