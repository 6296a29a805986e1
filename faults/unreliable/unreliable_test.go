package unreliable

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/assay-dev/assay/location"
)

// A spy is a store that notes what reaches it.
type spy struct {
	location.Blob
	location.Consensus
	mu     sync.Mutex
	values []string
	keys   int // what a listing finds
}

func (s *spy) Set(_ context.Context, _ string, value []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.values = append(s.values, string(value))
	return nil
}

func (s *spy) Get(context.Context, string) ([]byte, bool, error) { return []byte("v"), true, nil }

func (s *spy) CompareAndSet(ctx context.Context, _ string, expected *location.SeqNo, next location.VersionedData) (location.CompareAndSetResult, error) {
	if ctx.Err() != nil {
		return 0, ctx.Err()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.values = append(s.values, fmt.Sprintf("%v-%v-%s", *expected, next.SeqNo, next.Data))
	return location.Committed, nil
}

func (s *spy) ListKeys(context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for i := range s.keys {
			if !yield(fmt.Sprint(i), nil) {
				return
			}
		}
	}
}

func (s *spy) got() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.values...)
}

// A told is what the caller of one operation learnt, and whether it happened.
type told struct {
	happened    bool
	err         bool
	class       location.Class
	timeout     bool
	description string
}

// setMany sets n values and says what came of each.
func setMany(u *Layer, client, n int) []told {
	var all []told
	for i := range n {
		s := &spy{}
		err := u.Blob(s, client).Set(context.Background(), "k", []byte{byte(i)})
		t := told{happened: len(s.got()) == 1, err: err != nil}
		if err != nil {
			t.class, t.timeout, t.description = location.Classify(err), location.IsTimeout(err), err.Error()
		}
		all = append(all, t)
	}
	return all
}

func TestTheTwoDrawsAreIndependentAndTheFourOutcomesAreWhatTheySay(t *testing.T) {
	const n = 20_000
	u := New(1, Probabilities{Default: Odds{Lost: 0.3, Untold: 0.2}})
	s := &spy{}
	b := u.Blob(s, 1)
	type outcome struct {
		happened, told bool
	}
	counts := map[outcome]int{}
	for i := range n {
		before := len(s.values)
		err := b.Set(context.Background(), "k", nil)
		o := outcome{len(s.values) > before, err == nil || location.Classify(err) == location.Determinate}
		counts[o]++
		switch {
		case o == outcome{true, true}:
			if err != nil {
				t.Fatalf("operation %d happened and was told: %v", i, err)
			}
		case location.IsTimeout(err) == o.told:
			t.Fatalf("operation %d: happened %v, told %v: %v", i, o.happened, o.told, err)
		case !strings.Contains(err.Error(), `set "k"`):
			t.Fatalf("the error %v does not name its operation and key", err)
		}
	}
	for o, share := range map[outcome]float64{{true, true}: .56, {true, false}: .14, {false, false}: .06, {false, true}: .24} {
		if got := float64(counts[o]) / n; got < share-.015 || got > share+.015 {
			t.Errorf("%+v: a share of %.3f, want %.2f", o, got, share)
		}
	}
	want := Counts{
		Told: int64(counts[outcome{true, true}]), Untold: int64(counts[outcome{true, false}]),
		Vanished: int64(counts[outcome{false, false}]), Refused: int64(counts[outcome{false, true}]),
	}
	if got := u.Counts(); got != want {
		t.Errorf("counted %+v, want %+v", got, want)
	}
}

// draws returns the fates of a client's first operations.
func draws(seed uint64, client, n int, odds Odds) []fate {
	s := newStream(seed, client)
	var fates []fate
	for range n {
		fates = append(fates, s.draw(odds))
	}
	return fates
}

func TestTheSameSeedAndClientGiveTheSameDraws(t *testing.T) {
	odds := Rate(0.5).Default
	want := draws(7, 3, 200, odds)
	if !reflect.DeepEqual(draws(7, 3, 200, odds), want) {
		t.Error("the same seed and client gave other draws")
	}
	if reflect.DeepEqual(draws(8, 3, 200, odds), want) || reflect.DeepEqual(draws(7, 4, 200, odds), want) {
		t.Error("another seed or client gave the same draws")
	}
}

func TestOtherClientsAndSwitchingChangeNoClientsDraws(t *testing.T) {
	const n = 300
	odds := Probabilities{Default: Odds{Lost: 0.5, Untold: 0.5}}
	alone := New(1, odds)
	s := &spy{}
	b := alone.Blob(s, 1)
	var want []string
	for range n {
		want = append(want, fmt.Sprint(b.Set(context.Background(), "k", nil)))
	}
	crowd := New(1, odds)
	b, other := crowd.Blob(s, 1), crowd.Blob(s, 2)
	for i := range n {
		if i == 100 {
			crowd.AllAvailable()
		}
		if i == 200 {
			crowd.Probabilities(odds)
		}
		_ = other.Set(context.Background(), "k", nil)
		got := fmt.Sprint(b.Set(context.Background(), "k", nil))
		if switched := i >= 100 && i < 200; switched && got != "<nil>" || !switched && got != want[i] {
			t.Fatalf("operation %d: got %s, alone it was %s", i, got, want[i])
		}
	}
}

func TestNothingAvailableTimesOutWithoutEffectUntilAllIsAvailable(t *testing.T) {
	u := New(1, Probabilities{})
	u.NothingAvailable()
	for i, got := range setMany(u, 1, 50) {
		if got.happened || !got.timeout || got.class != location.Indeterminate {
			t.Fatalf("operation %d: %+v", i, got)
		}
	}
	u.AllAvailable()
	for i, got := range setMany(u, 1, 50) {
		if !got.happened || got.err {
			t.Fatalf("operation %d: %+v", i, got)
		}
	}
}

func TestOddsHoldForTheirOperationsAlone(t *testing.T) {
	u := New(1, Probabilities{Per: map[string]Odds{"set": {Lost: 1}}})
	b := u.Blob(&spy{}, 1)
	var injected *Injected
	if err := b.Set(context.Background(), "k", nil); !errors.As(err, &injected) || location.Classify(err) != location.Determinate {
		t.Errorf("set: %v", err)
	}
	if _, found, err := b.Get(context.Background(), "k"); !found || err != nil {
		t.Errorf("get: %v, %v", found, err)
	}
}

var alwaysLate = Probabilities{Default: Odds{Untold: 1, Late: 1, MaxLate: time.Minute}}

func TestALateEffectLandsAfterItsErrorWithTheArgumentsOfItsCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := New(1, alwaysLate)
		s := &spy{}
		c := u.Consensus(s, 1)
		expected, data := location.SeqNo(1), []byte("data")
		ctx, cancel := context.WithCancel(context.Background())
		_, err := c.CompareAndSet(ctx, "k", &expected, location.VersionedData{SeqNo: 2, Data: data})
		if !location.IsTimeout(err) || location.Classify(err) != location.Indeterminate {
			t.Fatalf("got %v", err)
		}
		if len(s.got()) > 0 {
			t.Fatal("it landed before its error")
		}
		expected, data[0] = 9, 'x'
		cancel()
		time.Sleep(time.Minute)
		synctest.Wait()
		if got := s.got(); !reflect.DeepEqual(got, []string{"v1-v2-data"}) {
			t.Errorf("landed: %q", got)
		}
		if got := u.Counts(); got != (Counts{Late: 1}) {
			t.Errorf("counted %+v", got)
		}
	})
}

func TestDrainLandsWhatIsPendingAndWaitsForIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := New(1, alwaysLate)
		s := &spy{}
		start := time.Now()
		for client := range 100 {
			_ = u.Blob(s, client).Set(context.Background(), "k", []byte("v"))
		}
		if err := u.Drain(context.Background()); err != nil {
			t.Fatal(err)
		}
		if len(s.got()) != 100 || time.Since(start) > 0 {
			t.Errorf("%d of 100 landed after %v", len(s.got()), time.Since(start))
		}
		if err := u.Drain(context.Background()); err != nil {
			t.Errorf("nothing is pending: %v", err)
		}
	})
}

func TestDrainEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := New(1, alwaysLate)
		stuck := make(chan struct{})
		u.late.start(fate{}, func() { <-stuck })
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if err := u.Drain(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		close(stuck)
		synctest.Wait()
	})
}

func TestSomeLateEffectsLandWhenTheNextOperationComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := New(1, alwaysLate)
		s := &spy{}
		for client := range 100 {
			_ = u.Blob(s, client).Set(context.Background(), "k", []byte("v"))
			synctest.Wait() // the effect waits for its instant
		}
		early := len(s.got())
		if early < 25 || early > 75 {
			t.Errorf("%d of 100 landed with the operation that came next, want about half", early)
		}
		if err := u.Drain(context.Background()); err != nil || len(s.got()) != 100 {
			t.Errorf("%v, %d landed", err, len(s.got()))
		}
	})
}

func TestReadsAreNeverLate(t *testing.T) {
	u := New(1, alwaysLate)
	if _, _, err := u.Blob(&spy{}, 1).Get(context.Background(), "k"); !location.IsTimeout(err) {
		t.Error(err)
	}
	if got := u.Counts(); got != (Counts{Untold: 1}) {
		t.Errorf("counted %+v", got)
	}
}

func TestADelayHoldsAnOperationBackAndACancelledOneIsNotStarted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := New(1, Probabilities{Default: Odds{Delayed: 1, MaxDelay: time.Minute}})
		s := &spy{}
		start := time.Now()
		if err := u.Blob(s, 1).Set(context.Background(), "k", nil); err != nil || time.Since(start) == 0 {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Nanosecond)
		defer cancel()
		if err := u.Blob(s, 1).Set(ctx, "k", nil); location.Classify(err) != location.Determinate || len(s.got()) != 1 {
			t.Errorf("%v, %d happened", err, len(s.got()))
		}
	})
}

// patient is a store whose gets last until their caller gives up.
type patient struct{ location.Blob }

func (patient) Get(ctx context.Context, _ string) ([]byte, bool, error) {
	<-ctx.Done()
	return nil, false, location.NewIndeterminate(ctx.Err())
}

func TestACallerGivesUpInTheMiddleOfACallAndHearsTheStoresOwnAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := New(1, Probabilities{Default: Odds{Cancelled: 1, MaxPatience: time.Minute}})
		start := time.Now()
		_, _, err := u.Blob(patient{}, 1).Get(t.Context(), "k")
		if elapsed := time.Since(start); !errors.Is(err, context.Canceled) || elapsed > time.Minute {
			t.Errorf("%v after %v", err, elapsed)
		}
		if value, _, err := u.Blob(&spy{}, 1).Get(t.Context(), "k"); string(value) != "v" || err != nil {
			t.Errorf("a store that is faster answered %q, %v", value, err)
		}
		if got, want := u.Counts(), (Counts{Told: 2, Cancelled: 2}); got != want {
			t.Errorf("counted %+v, want %+v", got, want)
		}
	})
}

func TestListingsFaultBeforeTheFirstKeyAndInTheMiddle(t *testing.T) {
	for _, c := range []struct {
		name string
		odds Odds
		keys func(n int) bool
		fine func(err error) bool
	}{
		{"available", Odds{}, func(n int) bool { return n == 100 }, func(err error) bool { return err == nil }},
		{"lost", Odds{Lost: 1}, func(n int) bool { return n == 0 }, func(err error) bool { return location.Classify(err) == location.Determinate }},
		{"lost and untold", Odds{Lost: 1, Untold: 1}, func(n int) bool { return n == 0 }, location.IsTimeout},
		{"untold", Odds{Untold: 1}, func(n int) bool { return n < maxEntries }, location.IsTimeout},
	} {
		t.Run(c.name, func(t *testing.T) {
			consensus := New(1, Probabilities{Default: c.odds}).Consensus(&spy{keys: 100}, 1)
			lengths := map[int]bool{}
			for range 50 {
				n, err := count(consensus.ListKeys(context.Background()))
				if lengths[n] = true; !c.keys(n) || !c.fine(err) {
					t.Fatalf("%d keys, %v", n, err)
				}
			}
			if c.name == "untold" && len(lengths) < 5 {
				t.Errorf("listings broke off after %v keys only", lengths)
			}
		})
	}
}

func TestAShortListingFaultsAtItsEnd(t *testing.T) {
	c := New(1, Probabilities{Default: Odds{Untold: 1}}).Consensus(&spy{keys: 0}, 1)
	if n, err := count(c.ListKeys(context.Background())); n != 0 || !location.IsTimeout(err) {
		t.Errorf("%d keys, %v", n, err)
	}
}

func TestAListingStopsWhenItsCallerDoes(t *testing.T) {
	c := New(1, Probabilities{}).Consensus(&spy{keys: 100}, 1)
	for range c.ListKeys(context.Background()) {
		break
	}
}

// count returns how many keys a listing told and how it ended.
func count(listing iter.Seq2[string, error]) (n int, last error) {
	for _, err := range listing {
		if err != nil {
			last = err
			continue
		}
		n++
	}
	return n, last
}

func TestClientsMayUseAndSwitchAtTheSameTime(t *testing.T) {
	u := New(1, Rate(0.3))
	s := &spy{keys: 10}
	var running sync.WaitGroup
	for client := range 8 {
		b := u.Blob(s, client)
		running.Go(func() {
			for i := range 200 {
				_ = b.Set(context.Background(), "k", nil)
				switch i % 50 {
				case 10:
					u.NothingAvailable()
				case 20:
					u.AllAvailable()
				case 30:
					u.Probabilities(Rate(0.3))
				}
			}
		})
	}
	running.Wait()
	if err := u.Drain(context.Background()); err != nil {
		t.Fatal(err)
	}
	c := u.Counts()
	if happened := c.Told + c.Untold + c.Late; happened != int64(len(s.got())) {
		t.Errorf("%d happened, %d reached the store", happened, len(s.got()))
	}
}

func BenchmarkAllAvailable(b *testing.B) {
	u := New(1, Probabilities{})
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		store := u.Blob(idle{}, 1)
		for pb.Next() {
			_, _, _ = store.Get(context.Background(), "k")
		}
	})
}

type idle struct{ location.Blob }

func (idle) Get(context.Context, string) ([]byte, bool, error) { return nil, true, nil }
