package checker_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/checker/internal/randhist"
	"github.com/assay-dev/assay/checker/internal/traps"
	"github.com/assay-dev/assay/checker/perkey"
	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/checker/search"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

var (
	cases = flag.Int("cases", 2000, "how many random histories to judge, of each kind")
	seed  = flag.Uint64("seed", 1, "the seed of the random histories")
)

// kinds are the random histories to compare on. The header says the relaxations.
var kinds = []struct {
	name string
	draw func(src *rand.Rand) *history.History
}{
	{"consensus", func(src *rand.Rand) *history.History {
		relax := some(src, location.RelaxStaleHead, location.RelaxTruncateCount)
		return random(src, randhist.Options{Object: history.Consensus, Relax: relax})
	}},
	{"consensus with rivals", func(src *rand.Rand) *history.History {
		return randhist.Rivals(src, some(src, location.RelaxStaleHead, location.RelaxTruncateCount))
	}},
	{"garbage", func(src *rand.Rand) *history.History {
		h := randhist.Garbage(src)
		h.Header.Relax = some(src, location.RelaxStaleHead, location.RelaxTruncateCount)
		return h
	}},
	{"blob", func(src *rand.Rand) *history.History {
		relax := some(src, location.RelaxDeleteSize, location.RelaxNoRestore)
		return random(src, randhist.Options{Object: history.Blob, Relax: relax})
	}},
	{"blob with restores", func(src *rand.Rand) *history.History {
		relax := some(src, location.RelaxDeleteSize, location.RelaxNoRestore, location.RelaxNoRestore)
		return random(src, randhist.Options{Object: history.Blob, Relax: relax, Restores: true})
	}},
	{"absences", func(src *rand.Rand) *history.History {
		h := randhist.Absences(src)
		h.Header.Relax = some(src, location.RelaxDeleteSize, location.RelaxNoRestore)
		return h
	}},
}

func random(src *rand.Rand, o randhist.Options) *history.History {
	o.Operations, o.Keys = 3+src.IntN(14), 1+src.IntN(2)
	o.Repeats, o.Intact = src.IntN(8) == 0, src.IntN(20) == 0
	h := randhist.Generate(src, o)
	if src.IntN(8) == 0 {
		h.Header.Relax = nil // judge strictly what made use of an exception
	}
	return h
}

// some returns each relaxation in one of three cases.
func some(src *rand.Rand, all ...location.Relaxation) (relax location.Relaxations) {
	for _, r := range all {
		if src.IntN(3) == 0 && !relax.Allow(r) {
			relax = append(relax, r)
		}
	}
	return relax
}

func TestEveryVerdictAgreesWithTheSearchAndIsProven(t *testing.T) {
	for i, kind := range kinds {
		t.Run(kind.name, func(t *testing.T) {
			t.Parallel()
			valid := 0
			for n := range *cases {
				h := kind.draw(rand.New(rand.NewPCG(*seed<<8+uint64(i), uint64(n))))
				ok, err := agree(h)
				if err != nil {
					t.Fatalf("history %d: %v", n, keep(t, h, err))
				}
				if ok {
					valid++
				}
			}
			t.Logf("%d of %d are valid", valid, *cases)
			if *cases >= 1000 && (valid < *cases/4 || valid > *cases*3/4) {
				t.Errorf("%d of %d histories are valid: too lopsided to test much", valid, *cases)
			}
		})
	}
}

// agree judges h, verifies the proof and compares with the search. It reports whether
// h is valid.
func agree(h *history.History) (valid bool, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	got, err := checker.Check(context.Background(), h, checker.Options{Relax: h.Header.Relax, Workers: 1})
	if err != nil {
		return false, err
	}
	if err := proof.Verify(h, h.Header.Relax, got.Certificate); err != nil {
		return false, fmt.Errorf("the proof of %v does not hold: %w", got.Verdict, err)
	}
	keys := perkey.Split(h, 1)
	if len(keys) != len(got.Certificate.Keys) {
		return false, fmt.Errorf("of %d keys %d are judged", len(keys), len(got.Certificate.Keys))
	}
	valid = true
	for i, key := range keys {
		explained, err := explained(h, key)
		if err != nil {
			return false, err
		}
		claim := got.Certificate.Keys[i]
		switch {
		case claim.Undecided != "":
			return false, fmt.Errorf("key %s is undecided: %s", key.Key, claim.Undecided)
		case (claim.Contradiction == nil) != explained:
			return false, fmt.Errorf("key %s explained: %v, the search says %v", key.Key, !explained, explained)
		}
		valid = valid && explained
	}
	if want := map[bool]checker.Verdict{true: checker.Valid, false: checker.Invalid}[valid]; got.Verdict != want {
		return false, fmt.Errorf("the verdict is %v, that of the search %v", got.Verdict, want)
	}
	return valid, nil
}

// explained is the verdict of the search on one key.
func explained(h *history.History, key perkey.History) (bool, error) {
	p := search.Problem{Object: h.Header.Object, Relax: h.Header.Relax, Operations: key.Operations}
	return search.Explained(context.Background(), p, 1<<30)
}

// keep turns a disagreement into a trap for the tests to come: as few of h's
// operations as still disagree. It returns what to do next.
func keep(t *testing.T, h *history.History, err error) error {
	for i := 0; i < len(h.Operations); {
		smaller := *h
		smaller.Operations = append(append([]history.Operation(nil), h.Operations[:i]...), h.Operations[i+1:]...)
		if _, e := agree(&smaller); e != nil {
			h, err = &smaller, e
		} else {
			i++
		}
	}
	valid := true
	for _, key := range perkey.Split(h, 1) {
		ok, failed := explained(h, key)
		if failed != nil {
			return failed
		}
		valid = valid && ok
	}
	name, failed := traps.Add("internal/traps/testdata", h, valid, fmt.Sprintf("a random history: %v", err))
	if failed != nil {
		return failed
	}
	return fmt.Errorf("%w\nkept as internal/traps/testdata/%s.jsonl; again: go test ./checker -run 'TestTraps/%s$'", err, name, name)
}

func TestACheckerRemembersNothingOfEarlierHistories(t *testing.T) {
	src := rand.New(rand.NewPCG(*seed, 0))
	checkers := map[string]*checker.Checker{}
	for n := range 3000 {
		h := kinds[n%len(kinds)].draw(src)
		if n%10 == 0 {
			h.Operations[len(h.Operations)-1].Return = -1 // no history
		}
		o := checker.Options{Relax: h.Header.Relax, Workers: 1 + n%2}
		name := fmt.Sprint(o.Relax, o.Workers)
		if checkers[name] == nil {
			checkers[name] = checker.NewChecker(o)
		}
		got, err := checkers[name].Check(t.Context(), h)
		want, wanted := checker.Check(t.Context(), h, o)
		if !reflect.DeepEqual(got, want) || fmt.Sprint(err) != fmt.Sprint(wanted) {
			t.Fatalf("history %d: %+v, %v, but by itself %+v, %v", n, got, err, want, wanted)
		}
	}
}
