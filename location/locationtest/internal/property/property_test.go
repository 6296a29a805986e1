package property

import (
	"context"
	"flag"
	"fmt"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/assay-dev/assay/backends/defective"
	"github.com/assay-dev/assay/backends/mem"
	"github.com/assay-dev/assay/location"
)

func TestMain(m *testing.M) {
	// Stores that are wrong on purpose leave no files behind, and how small their programs
	// become does not hang on the speed of the machine. What is drawn is the same each time
	// unless another seed is given.
	for name, value := range map[string]string{"rapid.nofailfile": "true", "rapid.shrinktime": "5m", "rapid.seed": "1"} {
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
func (w *witness) FailNow()                          { w.failed = true; runtime.Goexit() }

// fails checks a property; what came of it stands in the property.
func fails(t *testing.T, object object, o Options) (p *property, w *witness) {
	p, w = newProperty(t, object, o), &witness{T: t}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		p.check(w)
	}()
	<-ended
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

func TestARaceIsFoundAndMadeSmallAndShown(t *testing.T) {
	o := Defaults()
	o.Faults = false // an effect that comes late would do as well as a second client
	p, w := fails(t, defect(defective.Defect{Object: defective.OfConsensus, Name: "check-then-act"}), o)
	if p.failed == nil {
		t.Fatalf("not found: %v", p.tally)
	}
	if small := p.failed.program; small.calls() != 2 || len(small.clients) != 2 {
		t.Errorf("made no smaller than\n%v", small)
	}
	for _, want := range []string{"go test -run '^TestARaceIsFoundAndMadeSmallAndShown$'", "-rapid.seed=", "client 2:", "process 1", "[3", "cas none -> v0 c2.1", "no order", "Whose turn it is", "from step 1 to 4"} {
		if !strings.Contains(w.log.String(), want) {
			t.Errorf("the report lacks %q:\n%s", want, w.log.String())
		}
	}
}

func TestAnErrorWithoutAClassFails(t *testing.T) {
	p, _ := fails(t, defect(defective.Defect{Object: defective.OfBlob, Name: "bare-errors"}), Defaults())
	if p.failed == nil || p.failed.clause() != "E1" {
		t.Errorf("got %+v", p.failed)
	}
}

func TestOrderOnlyJudgesNoCallByItself(t *testing.T) {
	for _, name := range []string{"bare-errors", "any-key", "missing-is-an-error", "deaf-to-cancellation"} {
		o := Defaults()
		o.OrderOnly = true
		p := newProperty(t, defect(defective.Defect{Object: defective.OfBlob, Name: name}), o)
		for n := range uint64(300) {
			if f := p.try(seed{n, 0}); f != nil {
				t.Errorf("%s: %s", name, f.report())
				break
			}
		}
	}
}

func TestWhatComesOnceInSoManyOperationsBecomesALoop(t *testing.T) {
	p := newProperty(t, defect(defective.Defect{Object: defective.OfConsensus, Name: "retries-a-commit"}), Defaults())
	many := make([]request, 40)
	for i := range many {
		many[i] = request{op: "compare_and_set", by: 1}
	}
	f := p.scheduled(testCase{program{names: []string{"k"}, clients: []script{once(many...)}}, replay(nil)})
	if f == nil {
		t.Fatal("not found")
	}
	if small := p.shrink(f).program; small.requests() != 1 || small.clients[0].rounds != 25 {
		t.Errorf("made no smaller than\n%v", small)
	}
}

func TestLoopsAreSplitAndTakeThePlaceOfACrowd(t *testing.T) {
	set, get := request{op: "set", by: 1}, request{op: "get", by: 1}
	for _, test := range []struct {
		bug     string
		program program
		most    int // operations
	}{
		{"truncated-download", program{names: []string{"k"}, clients: []script{{60, []request{set, get}}}}, 61},
		{"set-called-failed", program{names: []string{"k"}, crowd: 10, clients: []script{{15, []request{set}}}}, 25},
	} {
		p := newProperty(t, defect(defective.Defect{Object: defective.OfBlob, Name: test.bug}), Defaults())
		f := p.scheduled(testCase{test.program, replay(nil)})
		if f == nil {
			t.Fatalf("%s: not found", test.bug)
		}
		if small := p.shrink(f).program; small.operations() > test.most || small.crowd > 0 {
			t.Errorf("%s: made no smaller than\n%v", test.bug, small)
		}
	}
}

func TestACallIsGivenUpAtTheLookThatWasChosen(t *testing.T) {
	for looks := 1; looks <= 3; looks++ {
		yields := 0
		ctx, end := giveUp(location.WithYield(t.Context(), func() { yields++ }), looks)
		defer end()
		for i := 1; i < looks; i++ {
			if i%2 == 0 {
				location.Yield(ctx)
			} else if ctx.Err() != nil {
				t.Fatalf("given up at look %d, not %d", i, looks)
			}
		}
		if ctx.Err() == nil {
			t.Errorf("not given up at look %d", looks)
		}
	}
}

// once is a client that does its requests once.
func once(requests ...request) script { return script{1, requests} }

func TestEachStrategyFindsARace(t *testing.T) {
	race := once(request{op: "compare_and_set", by: 1})
	p := newProperty(t, defect(defective.Defect{Object: defective.OfConsensus, Name: "check-then-act"}), Defaults())
	c := testCase{program: program{names: []string{"k"}, clients: []script{race, race}}}
	for kind := range strategies {
		t.Run(kind.String(), func(t *testing.T) {
			for n := range uint64(100) {
				c.interleave = seed{n, 0}.dice().interleave(kind, c.program)
				if p.scheduled(c) != nil {
					return
				}
			}
			t.Error("not found in 100 runs")
		})
	}
}

func TestEveryInterleavingIsTriedOnce(t *testing.T) {
	reads := once(request{op: "head"}, request{op: "head"})
	p := newProperty(t, memConsensus(), Defaults())
	all := p.explore(program{names: []string{"k"}, clients: []script{reads, reads}}, 100, firstOnly)
	if all.first != nil || all.cut || all.runs != 6 {
		t.Errorf("%+v, want 6 interleavings", all)
	}
	if all := p.explore(program{names: []string{"k"}, clients: []script{reads, reads}}, 5, firstOnly); !all.cut || all.runs != 5 {
		t.Errorf("%+v, and more than 5 interleavings", all)
	}
	race := once(request{op: "compare_and_set", by: 1})
	p = newProperty(t, defect(defective.Defect{Object: defective.OfConsensus, Name: "check-then-act"}), Defaults())
	if all := p.explore(program{names: []string{"k"}, clients: []script{race, race}}, 100, firstOnly); all.first == nil {
		t.Error("the race is not found")
	}
}

func TestAFailureSaysWhichInterleavingsFail(t *testing.T) {
	o := Defaults()
	o.Bound, o.Clients, o.Operations = 100, 2, 2
	p, w := fails(t, defect(defective.Defect{Object: defective.OfConsensus, Name: "check-then-act"}), o)
	if p.failed == nil {
		t.Fatalf("not found: %v", p.tally)
	}
	// Which program is the smallest depends on where the search began.
	told := regexp.MustCompile(`Of its (\d+) interleavings (\d+) fail\. This is the first of those, number (\d+)\.`).FindStringSubmatch(w.log.String())
	if told == nil {
		t.Fatal(w.log.String())
	}
	all, _ := strconv.Atoi(told[1])
	failing, _ := strconv.Atoi(told[2])
	first, _ := strconv.Atoi(told[3])
	if first < 1 || failing < 1 || first+failing-1 > all {
		t.Errorf("%s", told[0])
	}
}

func TestInRealTimeAFailureIsRepeated(t *testing.T) {
	o := Defaults()
	o.RealTime = true
	p := newProperty(t, defect(defective.Defect{Object: defective.OfConsensus, Name: "oldest-head"}), o)
	write, read := request{op: "compare_and_set", by: 1}, request{op: "head"}
	f := p.realTime(program{names: []string{"k"}, clients: []script{once(write, write, read), once(read)}}, 1)
	if f == nil {
		t.Fatal("not found")
	}
	f = p.shrink(f)
	if !strings.Contains(f.report(), "the program failed 10 times") || f.program.calls() > 2 {
		t.Error(f.report())
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
	object.last = func(int) []request { return nil }
	p := newProperty(t, object, Defaults())
	get := request{op: "get"}
	c := testCase{program{names: []string{"k"}, clients: []script{once(get, get), once(get)}}, replay(nil)}
	if f := p.scheduled(c); f != nil || p.tally.stalled == 0 {
		t.Errorf("%v, stalled %d times", f, p.tally.stalled)
	}
}

func TestAGoroutineThatIsLeftBehindIsFound(t *testing.T) {
	release := make(chan struct{})
	labelled(t.Context(), "a", func() { go func() { <-release }() })
	if stacks := leaked("a", shortGrace); !strings.Contains(stacks, "TestAGoroutineThatIsLeftBehind") {
		t.Errorf("found: %s", stacks)
	}
	if stacks := running("b"); stacks != "" {
		t.Errorf("that of another test: %s", stacks)
	}
	close(release)
	if stacks := leaked("a", longGrace); stacks != "" {
		t.Errorf("it has ended: %s", stacks)
	}
}
