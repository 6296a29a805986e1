package property

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/assay-dev/assay/backends/defective"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// lines runs a case and returns its history's file.
func lines(t *testing.T, p *property, c testCase) string {
	var b bytes.Buffer
	r := p.newRun(c.program)
	p.bubble(r, c.interleave())
	r.tell()
	h := r.history
	w, err := history.NewWriter(&b, h.Header)
	if err != nil {
		t.Fatal(err)
	}
	for i := range h.Operations {
		if err := w.Write(&h.Operations[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTheSameSeedGivesTheSameHistoryByteForByte(t *testing.T) {
	for _, object := range []object{
		memConsensus(),
		defect(defective.Defect{Object: defective.OfConsensus, Name: "check-then-act"}),
		defect(defective.Defect{Object: defective.OfBlob, Name: "set-in-halves"}),
	} {
		distinct := map[string]bool{}
		for n := range uint64(50) {
			p := newProperty(t, object, Defaults())
			c, _ := p.draw(seed{n, 0})
			want := lines(t, p, c)
			distinct[want] = true
			for range 3 {
				other, _ := p.draw(seed{n + 1, 0})
				p.scheduled(other) // leaves its memory to the next
				c, _ := p.draw(seed{n, 0})
				if got := lines(t, p, c); got != want {
					t.Fatalf("%v\ngave\n%s\nand\n%s", c.program, want, got)
				}
			}
		}
		if len(distinct) < 40 {
			t.Errorf("%d distinct histories of 50 cases", len(distinct))
		}
	}
}

// digest is that of the histories of the seeds below, but for the texts of errors. It
// changes with what is drawn, and with nothing else.
const digest = "aee0200becc5996e84bb3f4b2298f303559272adda0b839936659c3cc0a7638c"

func TestTheSameSeedsGiveTheSameHistoriesOnEveryMachine(t *testing.T) {
	for _, processors := range []int{1, 2, runtime.NumCPU()} {
		before := runtime.GOMAXPROCS(processors)
		sum := sha256.New()
		for _, object := range []object{memConsensus(), slowConsensus(), defect(defective.Defect{Object: defective.OfBlob, Name: "torn-multipart-read"})} {
			p := newProperty(t, object, Defaults())
			for n := range uint64(200) {
				c, _ := p.draw(seed{n, 7})
				r := p.newRun(c.program)
				p.bubble(r, c.interleave())
				for _, op := range r.operations {
					fmt.Fprintln(sum, op.Process, op.Key, op.Call, op.Return, op.Outcome, caption(&op))
				}
			}
		}
		runtime.GOMAXPROCS(before)
		if got := hex.EncodeToString(sum.Sum(nil)); got != digest {
			t.Errorf("with %d processors the digest is %s", processors, got)
		}
	}
}

// A slow store takes its time.
type slow struct{ location.Consensus }

const latency = time.Millisecond

func (s slow) CompareAndSet(ctx context.Context, key string, expected *location.SeqNo, next location.VersionedData) (location.CompareAndSetResult, error) {
	time.Sleep(latency)
	return s.Consensus.CompareAndSet(ctx, key, expected, next)
}

func (s slow) Head(ctx context.Context, key string) (location.VersionedData, bool, error) {
	time.Sleep(latency)
	return s.Consensus.Head(ctx, key)
}

func (s slow) Scan(ctx context.Context, key string, from location.SeqNo, limit int64) ([]location.VersionedData, error) {
	time.Sleep(latency)
	return s.Consensus.Scan(ctx, key, from, limit)
}

func slowConsensus() object {
	inner := memConsensus().open
	return object{
		name: history.Consensus, last: memConsensus().last, write: memConsensus().write,
		open: func(t testing.TB, place string, names []string) handle {
			h := inner(t, place, names).(*consensusHandle)
			h.store = slow{h.store}
			return h
		},
	}
}

func TestCallsThatTakeTimeOverlapAndTheirHistoryIsTheSame(t *testing.T) {
	overlaps := 0
	for n := range uint64(20) {
		p := newProperty(t, slowConsensus(), Defaults())
		c, _ := p.draw(seed{n, 0})
		want := lines(t, p, c)
		if got := lines(t, p, c); got != want {
			t.Fatalf("%v\ngave\n%s\nand\n%s", c.program, want, got)
		}
		if f := p.scheduled(c); f != nil {
			t.Fatal(f.report())
		}
		overlaps += strings.Count(want, `"process":1`)
	}
	if overlaps == 0 {
		t.Error("no second client did anything")
	}
}
