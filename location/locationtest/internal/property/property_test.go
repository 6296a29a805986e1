package property

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/assay-dev/assay/backends/defective"
	"github.com/assay-dev/assay/backends/mem"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/location/locationtest/internal/schedule"
	"github.com/assay-dev/assay/workload/history"
)

func TestMain(m *testing.M) {
	// Stores that are wrong on purpose leave no files behind, and do not hold others up.
	for name, value := range map[string]string{"rapid.nofailfile": "true", "rapid.shrinktime": "5s"} {
		if err := flag.Set(name, value); err != nil {
			panic(err)
		}
	}
	flag.Parse()
	goleak.VerifyTestMain(m)
}

// A witness is a test that is expected to fail.
type witness struct {
	*testing.T
	log    strings.Builder
	failed bool
}

func (w *witness) Logf(format string, args ...any)   { fmt.Fprintf(&w.log, format+"\n", args...) }
func (w *witness) Log(args ...any)                   { fmt.Fprintln(&w.log, args...) }
func (w *witness) Errorf(format string, args ...any) { w.Logf(format, args...); w.failed = true }
func (w *witness) Failed() bool                      { return w.failed }
func (w *witness) FailNow()                          { panic(w) }

// fails checks a property; what came of it stands in the property.
func fails(t *testing.T, object object, o Options) (p *property, w *witness) {
	p, w = newProperty(t, object, o), &witness{T: t}
	defer func() {
		if r := recover(); r != nil && r != any(w) {
			panic(r)
		}
	}()
	p.check(w)
	return p, w
}

func memConsensus() object {
	return consensusObject(func(t testing.TB, place string) location.Consensus {
		s, err := mem.OpenConsensus(t.Context(), "mem:"+place)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		return s
	})
}

func defect(d defective.Defect) object {
	url := "defective:" + d.Name + "?place="
	if d.Object == defective.OfBlob {
		return blobObject(func(t testing.TB, place string) location.Blob {
			s, err := defective.OpenBlob(t.Context(), url+place)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { s.Close() })
			return s
		})
	}
	return consensusObject(func(t testing.TB, place string) location.Consensus {
		s, err := defective.OpenConsensus(t.Context(), url+place)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		return s
	})
}

// lines runs a case and returns its history's file.
func lines(t *testing.T, p *property, c testCase) string {
	var b bytes.Buffer
	r := p.newRun(c.program)
	h := p.bubble(r, c)
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

func TestTheSameCaseGivesTheSameHistoryByteForByte(t *testing.T) {
	for _, object := range []object{
		memConsensus(),
		defect(defective.Defect{Object: defective.OfConsensus, Name: "check-then-act"}),
		defect(defective.Defect{Object: defective.OfBlob, Name: "set-in-halves"}),
	} {
		o := Defaults()
		cases := newGenerators(object.name, &o).cases
		distinct := map[string]bool{}
		for seed := range 50 {
			c := cases.Example(seed)
			p := newProperty(t, object, o)
			want := lines(t, p, c)
			distinct[want] = true
			for range 3 {
				if got := lines(t, p, c); got != want {
					t.Fatalf("%#v\ngave\n%s\nand\n%s", c, want, got)
				}
			}
		}
		if len(distinct) < 40 {
			t.Errorf("%d distinct histories of 50 cases", len(distinct))
		}
	}
}

func TestARaceIsFoundAndMadeSmallAndShown(t *testing.T) {
	o := Defaults()
	o.Operations = 6
	p, w := fails(t, defect(defective.Defect{Object: defective.OfConsensus, Name: "check-then-act"}), o)
	if p.failed == nil {
		t.Fatalf("not found: %v", p.tally)
	}
	// How small it gets in the time that shrinking has depends on the machine: two
	// operations where it is idle.
	if ops, most := p.failed.program.operations(), o.Clients*o.Operations; ops >= most {
		t.Errorf("made no smaller than %d of at most %d operations", ops, most)
	}
	for _, want := range []string{"go test -run '^TestARaceIsFoundAndMadeSmallAndShown$'", "-rapid.seed=", "client 2:", "├", "committed", "no order"} {
		if !strings.Contains(w.log.String(), want) {
			t.Errorf("the report lacks %q:\n%s", want, w.log.String())
		}
	}
}

func TestAnErrorWithoutAClassFails(t *testing.T) {
	p, _ := fails(t, defect(defective.Defect{Object: defective.OfBlob, Name: "bare-errors"}), Defaults())
	if p.failed == nil || p.failed.unclassed == nil {
		t.Errorf("got %+v", p.failed)
	}
}

func TestEachStrategyFindsARace(t *testing.T) {
	race := [][]request{{{op: "compare_and_set", by: 1}}, {{op: "compare_and_set", by: 1}}}
	for name, strategy := range map[string]func() schedule.Strategy{
		"walk":        nil,
		"preemptions": func() schedule.Strategy { return &schedule.Preemptions{List: []schedule.Preemption{{Step: 1}}} },
		"PCT":         func() schedule.Strategy { return &schedule.PCT{Priorities: []int{1, 2}, Changes: []int{1}} },
	} {
		t.Run(name, func(t *testing.T) {
			race[0][0].turns = []int{1}
			c := testCase{program{names: nameSets()[0], clients: race}, strategy}
			p := newProperty(t, defect(defective.Defect{Object: defective.OfConsensus, Name: "check-then-act"}), Defaults())
			if f := p.scheduled(c); f == nil {
				t.Error("not found")
			}
		})
	}
}

func TestEveryInterleavingIsTriedOnce(t *testing.T) {
	reads := []request{{op: "head"}, {op: "head"}}
	o := Defaults()
	o.Bound = 100
	p := newProperty(t, memConsensus(), o)
	c := testCase{program: program{names: nameSets()[0], clients: [][]request{reads, reads}}}
	if f := p.explore(c); f != nil || p.tally.runs != 6 {
		t.Errorf("%v, %d interleavings, want 6", f, p.tally.runs)
	}
	race := []request{{op: "compare_and_set", by: 1}}
	p = newProperty(t, defect(defective.Defect{Object: defective.OfConsensus, Name: "check-then-act"}), o)
	if f := p.explore(testCase{program: program{names: nameSets()[0], clients: [][]request{race, race}}}); f == nil {
		t.Error("the race is not found")
	}
}

func TestInRealTimeAFailureIsRepeated(t *testing.T) {
	o := Defaults()
	o.RealTime = true
	p := newProperty(t, defect(defective.Defect{Object: defective.OfConsensus, Name: "oldest-head"}), o)
	write := request{op: "compare_and_set", by: 1}
	c := testCase{program: program{names: nameSets()[0], clients: [][]request{{write, write}, {{op: "head"}}}}}
	f := p.tryInRealTime(c)
	if f == nil || !strings.Contains(f.report(), "the program failed 10 times") {
		t.Errorf("got %+v", f)
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
		name: history.Consensus, last: memConsensus().last,
		open: func(t testing.TB, place string, names []string) handle {
			h := inner(t, place, names).(*consensusHandle)
			h.store = slow{h.store}
			return h
		},
	}
}

func TestCallsThatTakeTimeOverlapAndTheirHistoryIsTheSame(t *testing.T) {
	o := Defaults()
	cases := newGenerators(history.Consensus, &o).cases
	overlaps := 0
	for seed := range 20 {
		c := cases.Example(seed)
		p := newProperty(t, slowConsensus(), o)
		want := lines(t, p, c)
		if got := lines(t, p, c); got != want {
			t.Fatalf("%#v\ngave\n%s\nand\n%s", c, want, got)
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

// A hung store answers when it is given up.
type hung struct{ location.Blob }

func (hung) Get(ctx context.Context, _ string) ([]byte, bool, error) {
	<-ctx.Done()
	return nil, false, location.NewIndeterminate(ctx.Err())
}

func TestACallThatNeverReturnsIsGivenUp(t *testing.T) {
	object := blobObject(func(testing.TB, string) location.Blob { return hung{} })
	p := newProperty(t, object, Defaults())
	object.last = func(int) []request { return nil }
	p.object = object
	c := testCase{program: program{names: nameSets()[0], clients: [][]request{{{op: "get"}, {op: "get"}}, {{op: "get"}}}}}
	if f := p.scheduled(c); f != nil {
		t.Error(f.report())
	}
}
