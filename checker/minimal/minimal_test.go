package minimal

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/checker/internal/randhist"
	"github.com/assay-dev/assay/checker/internal/traps"
	"github.com/assay-dev/assay/checker/perkey"
	"github.com/assay-dev/assay/checker/search"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// text is h as a file.
func text(h *history.History) string {
	var b bytes.Buffer
	w, err := history.NewWriter(&b, h.Header)
	for i := range h.Operations {
		err = errors.Join(err, w.Write(&h.Operations[i]))
	}
	if err = errors.Join(err, w.Close()); err != nil {
		return err.Error()
	}
	return b.String()
}

// variants are the kinds of random histories.
func variants() map[string]randhist.Options {
	relaxed := func(object history.Object, names ...location.Relaxation) randhist.Options {
		return randhist.Options{Object: object, Operations: 20, Keys: 2, Relax: names}
	}
	restores, repeats := relaxed(history.Blob), relaxed(history.Blob)
	restores.Restores, restores.Operations = true, 12
	repeats.Repeats, repeats.Operations = true, 12
	return map[string]randhist.Options{
		"consensus":                relaxed(history.Consensus),
		"consensus stale-head":     relaxed(history.Consensus, location.RelaxStaleHead),
		"consensus truncate-count": relaxed(history.Consensus, location.RelaxTruncateCount),
		"blob":                     relaxed(history.Blob),
		"blob delete-size":         relaxed(history.Blob, location.RelaxDeleteSize),
		"blob with restores":       restores,
		"blob with repeats":        repeats,
	}
}

func TestACounterexampleIsSmallAndFairAndAHistory(t *testing.T) {
	for name, o := range variants() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(1, 2))
			violations, none := 0, 0
			for range 250 {
				h := reread(t, randhist.Generate(random, o))
				r, err := checker.Check(t.Context(), h, checker.Options{Relax: o.Relax})
				if err != nil || r.Verdict != checker.Invalid {
					continue
				}
				violations++
				c, err := Find(t.Context(), h, o.Relax, r.Violations)
				if errors.Is(err, ErrNone) {
					none++
					t.Logf("none for %+v of\n%s", r.Violations, text(h))
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				if len(c.Operations) > small {
					t.Errorf("%d operations of\n%s", len(c.Operations), text(h))
				}
				if err := errors.Join(rejected(c), fair(h, c)); err != nil {
					t.Fatalf("%v:\n%s\nof\n%s", err, file(t, c), text(h))
				}
			}
			if violations < 50 || none > 0 {
				t.Errorf("no counterexample for %d of %d violations", none, violations)
			}
		})
	}
}

// reread returns h as it is read from its file, which cannot hold everything.
func reread(t *testing.T, h *history.History) *history.History {
	t.Helper()
	read, err := history.Read(strings.NewReader(text(h)))
	if err != nil {
		t.Fatal(err)
	}
	return read
}

func file(t *testing.T, c *Counterexample) string {
	t.Helper()
	var b bytes.Buffer
	if err := c.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// rejected reads c back from its file and has it checked: the violation has to be the
// one that c names.
func rejected(c *Counterexample) error {
	var b bytes.Buffer
	if err := c.Write(&b); err != nil {
		return err
	}
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")[1:]
	h, err := history.Read(&b)
	if err != nil {
		return err
	}
	r, err := checker.Check(context.Background(), h, checker.Options{Relax: h.Header.Relax})
	if err != nil {
		return err
	}
	want := c.Violation
	if len(r.Violations) == 1 {
		want.Argument = r.Violations[0].Argument // about other times
	}
	if r.Verdict != checker.Invalid || !reflect.DeepEqual(r.Violations, []checker.Violation{want}) {
		return fmt.Errorf("the file is %s for %+v, want %+v", r.Verdict, r.Violations, c.Violation)
	}
	for i, line := range lines {
		var fields struct{ Was int }
		if err := json.Unmarshal([]byte(line), &fields); err != nil || fields.Was != c.Operations[i].Was.Line {
			return fmt.Errorf("%q does not name line %d", line, c.Operations[i].Was.Line)
		}
	}
	return nil
}

// fair judges c by the definition, with a search: the operations in force contradict each
// other in the whole history, whatever became of all other writes; and what somebody read
// is not without its writer when there is one.
func fair(h *history.History, c *Counterexample) error {
	for _, key := range perkey.Split(h, 1) {
		if key.Key != c.Violation.Key {
			continue
		}
		explained, err := search.Explained(context.Background(), search.Problem{
			Object: c.Object, Relax: c.Relax, Operations: onlyInForce(key.Operations, c),
		}, 1<<30)
		if err != nil || explained {
			return fmt.Errorf("what is in force is explained (%v)", err)
		}
		return withWriters(key, c)
	}
	return fmt.Errorf("there is no key %q", c.Violation.Key)
}

func onlyInForce(operations []*history.Operation, c *Counterexample) (rest []*history.Operation) {
	for _, op := range operations {
		if !slices.ContainsFunc(c.Operations, func(o Operation) bool { return o.InForce && o.Was.Line == op.Line }) {
			op = search.Unheard(op)
		}
		if op != nil {
			rest = append(rest, op)
		}
	}
	return rest
}

func withWriters(key perkey.History, c *Counterexample) error {
	names := map[string]bool{}
	for i := range c.Operations {
		for _, name := range written(c.Operations[i].Action) {
			names[*name] = true
		}
	}
	for i := range c.Operations {
		for _, name := range read(c.Operations[i].Action) {
			if names[*name] {
				continue
			}
			for _, op := range slices.Concat(key.Operations, key.Failed) {
				if a, ok := op.Action.(*history.CompareAndSet); ok && op.Outcome == history.Ok && !a.Committed {
					continue // it says that it wrote nothing
				}
				for _, original := range written(op.Action) {
					if *original == *name {
						return fmt.Errorf("%q is read, and its writer on line %d is left out", *name, op.Line)
					}
				}
			}
		}
	}
	return nil
}

func TestEveryTrapHasACounterexample(t *testing.T) {
	all, err := traps.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, trap := range all {
		if trap.Valid {
			continue
		}
		t.Run(trap.Name, func(t *testing.T) {
			relax := trap.History.Header.Relax
			r, err := checker.Check(t.Context(), trap.History, checker.Options{Relax: relax})
			if err != nil {
				t.Fatal(err)
			}
			c, err := Find(t.Context(), trap.History, relax, r.Violations)
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(rejected(c), fair(trap.History, c)); err != nil {
				t.Errorf("%v:\n%s", err, file(t, c))
			}
		})
	}
}
