//go:build unix

package checker_test

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"syscall"
	"testing"
	"time"

	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/checker/internal/randhist"
	"github.com/assay-dev/assay/checker/perkey"
	"github.com/assay-dev/assay/checker/search"
	"github.com/assay-dev/assay/workload/history"
)

var speed = flag.Int("speed", 0, "print the table of docs/checking-speed.md, up to so many operations")

// The search may take as much as this for one key.
const (
	searchTime   = time.Minute
	searchMemory = 8 << 30
)

// TestSpeed prints tables of what checks cost, for the documentation: by length, on one
// core and two, and against the search on the longest histories that it decides.
func TestSpeed(t *testing.T) {
	if *speed == 0 {
		t.Skip("-speed is not given")
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	fmt.Println("| object | clients | unknown | verdict | operations | this checker | memory |")
	fmt.Println("|---|---|---|---|---|---|---|")
	each(func(b randhist.Busy) {
		for b.Operations = 10_000; b.Operations <= *speed; b.Operations *= 10 {
			length(t, b)
		}
	})
	fmt.Println("\n| object | keys | operations | one core | two cores | ratio |")
	fmt.Println("|---|---|---|---|---|---|")
	for _, object := range []history.Object{history.Consensus, history.Blob} {
		cores(t, randhist.Busy{Object: object, Operations: min(*speed, 1_000_000), Clients: 30, Keys: 200, Unknown: 1})
	}
	fmt.Println("\n| object | clients | unknown | verdict | operations | this checker | search | ratio | twice as many |")
	fmt.Println("|---|---|---|---|---|---|---|---|---|")
	each(func(b randhist.Busy) { against(t, b) })
}

// each calls do with every kind of history.
func each(do func(randhist.Busy)) {
	for _, object := range []history.Object{history.Consensus, history.Blob} {
		for _, clients := range []int{10, 30} {
			for _, unknown := range []int{1, 10} {
				for _, broken := range []bool{false, true} {
					do(randhist.Busy{Object: object, Clients: clients, Unknown: unknown, Broken: broken})
				}
			}
		}
	}
}

// length measures this checker on one history.
func length(t *testing.T, b randhist.Busy) {
	h := b.Generate(1)
	ours := measure(3, func() { check(t, h, 1) })
	fmt.Printf("| %s | %d | %d ns each | %d B each |\n", kind(b, check(t, h, 1).Verdict), b.Operations,
		int(ours.cpu)/b.Operations, int(ours.bytes)/b.Operations)
}

func kind(b randhist.Busy, verdict checker.Verdict) string {
	return fmt.Sprintf("%s | %d | %d %% | %s", b.Object, b.Clients, b.Unknown, verdict)
}

// against measures both checkers on the longest history that the search decides, of those
// that are 125 operations long or twice, four times … as many.
func against(t *testing.T, b randhist.Busy) {
	row := fmt.Sprintf("| %s | none |  |  |  |", kind(b, "undecided"))
	for b.Operations = 125; b.Operations <= *speed; b.Operations *= 2 {
		h := b.Generate(1)
		verdict := check(t, h, 1).Verdict
		took, err := searched(t, h, verdict)
		if err != nil {
			fmt.Println(row, gaveUp(err), "|")
			return
		}
		ours := measure(5, func() { check(t, h, 1) }).cpu
		row = fmt.Sprintf("| %s | %d | %v | %v | %d |", kind(b, verdict), b.Operations, short(ours), short(took), took/max(1, ours))
	}
	fmt.Println(row, "not tried |")
}

func check(t testing.TB, h *history.History, workers int) *checker.Result {
	got, err := checker.Check(context.Background(), h, checker.Options{Workers: workers})
	if err != nil || got.Verdict == checker.Undecided {
		t.Fatal(got, err)
	}
	return got
}

// searched returns how long the search took, or why it gave up.
func searched(t *testing.T, h *history.History, found checker.Verdict) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(context.Background(), searchTime)
	defer cancel()
	key := perkey.Split(h, 1)[0]
	begin := used()
	valid, err := search.Explained(ctx, search.Problem{Object: h.Header.Object, Operations: key.Operations}, searchMemory)
	took := used() - begin
	runtime.GC()
	if err == nil && valid != (found == checker.Valid) {
		t.Fatalf("found %v, the search says valid: %v", found, valid)
	}
	return took, err
}

func gaveUp(err error) string {
	if errors.Is(err, search.ErrTime) {
		return fmt.Sprintf("undecided: out of time (%v)", searchTime)
	}
	return fmt.Sprintf("undecided: out of memory (%d GiB)", searchMemory>>30)
}

func short(d time.Duration) time.Duration {
	if d > 10*time.Millisecond {
		return d.Round(time.Millisecond)
	}
	return d.Round(10 * time.Microsecond)
}

func cores(t *testing.T, b randhist.Busy) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	h := b.Generate(1)
	var wall [2]time.Duration
	for range 5 { // in turns, so that whatever else runs disturbs both
		for i := range wall {
			runtime.GOMAXPROCS(i + 1)
			took := measure(1, func() { check(t, h, i+1) }).wall
			wall[i] = min(cmp.Or(wall[i], took), took)
		}
	}
	fmt.Printf("| %s | %d | %d | %v | %v | %.2f |\n", b.Object, b.Keys, b.Operations, short(wall[0]), short(wall[1]), float64(wall[0])/float64(wall[1]))
}

// A cost is what a check took.
type cost struct {
	cpu, wall time.Duration // of all cores together, and by the clock
	bytes     uint64        // allocated in all: at least what was in use at a time
}

// measure returns the least that f took in several tries. No garbage is collected
// meanwhile, as little as by assay check: when it is would depend on what else there is in
// memory.
func measure(tries int, f func()) (least cost) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	for i := range tries {
		runtime.GC()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		cpu, begin := used(), time.Now()
		f()
		c := cost{cpu: used() - cpu, wall: time.Since(begin)}
		runtime.ReadMemStats(&after)
		c.bytes = after.TotalAlloc - before.TotalAlloc
		if i == 0 || c.cpu < least.cpu {
			least = c
		}
	}
	return least
}

// used returns the processor time that this process has used so far: on a busy machine
// it says more than the clock.
func used() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
