package certify

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/checker/model"
	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/results/certify/certificate"
	"github.com/assay-dev/assay/results/certify/coverage"
	"github.com/assay-dev/assay/results/certify/suite"
	"github.com/assay-dev/assay/workload/history"
)

// replay describes a run by what its files show.
func replay(dir string, run *certificate.Run, s *suite.Suite) (*certificate.Run, error) {
	var asked results.Run
	var told results.Result
	if err := errors.Join(readJSON(filepath.Join(dir, results.RunFile), &asked), readJSON(filepath.Join(dir, results.ResultFile), &told)); err != nil {
		return nil, err
	}
	shown, exercised := told, coverage.None(told.Object)
	if run.Files[results.HistoryFile] != "" && run.Verdict != results.NotRun {
		path := filepath.Join(dir, results.HistoryFile)
		h, err := history.ReadFile(path)
		if err != nil {
			return nil, err
		}
		if !bytes.Equal(h.Header.Run, marshal(asked)) {
			return nil, fmt.Errorf("%s: the history's header is not about the run of %s", path, results.RunFile)
		}
		if shown, err = prove(filepath.Join(dir, proofFile), h, run, told); err != nil {
			return nil, err
		}
		exercised = coverage.Of(h)
	}
	if err := matches(run, asked, s); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, results.RunFile), err)
	}
	again := certificate.NewRun(run.Cell, asked, shown, exercised)
	again.Machine, again.Dir, again.Files = run.Machine, run.Dir, run.Files
	return &again, nil
}

// matches finds a run that was not asked for what its place in the matrix says.
func matches(run *certificate.Run, asked results.Run, s *suite.Suite) error {
	store, work := s.Store(run.Store), s.Workload(run.Cell)
	if store == nil {
		return fmt.Errorf("there is no store %q in the suite", run.Store)
	}
	plan, err := run.Plan()
	if err != nil {
		return err
	}
	for _, c := range []struct {
		what     string
		is, want any
	}{
		{"the object", asked.Object, store.Object},
		{"the seed", asked.Seed, run.Seed},
		{"the clients", asked.Clients, work.Clients},
		{"the keys", asked.Keys, work.Keys},
		{"the operations", asked.Operations, work.Operations},
		{"the seconds", asked.Seconds, work.Seconds},
		{"the timeout", asked.TimeoutSeconds, cmp.Or(work.TimeoutSeconds, asked.TimeoutSeconds)},
		{"the faults", asked.Faults, plan.Lines()},
		{"the relaxations", asked.Relaxations, store.Relax},
		{"the store", place(asked.Store, store), place(store.URL, store)},
	} {
		// One that the environment names is known to whoever ran it alone.
		if is, want := fmt.Sprint(c.is), fmt.Sprint(c.want); is != want && !strings.HasPrefix(want, "$") {
			return fmt.Errorf("%s of the run: %s, and of its place in the matrix: %s", c.what, is, want)
		}
	}
	return nil
}

// place is a store's URL, without the place where that is another one in each run.
func place(storeURL string, s *suite.Store) string {
	if placeless(s.URL) {
		storeURL, _, _ = strings.Cut(storeURL, ":")
	}
	return storeURL
}

// prove verifies the proof of a run, and returns the result that it shows.
func prove(path string, h *history.History, run *certificate.Run, told results.Result) (results.Result, error) {
	file, err := os.Open(path)
	if err != nil {
		return told, err
	}
	defer file.Close()
	p, err := proof.Read(file)
	if err == nil {
		err = proof.Verify(h, run.Relaxations, p)
	}
	if err != nil {
		return told, fmt.Errorf("%s: it does not prove the verdict: %w", path, err)
	}
	if err := named(h, p, told.Violations); err != nil {
		return told, fmt.Errorf("%s: %w", path, err)
	}
	verdict, _ := Proven(p)
	if len(told.Violations) > 0 {
		verdict = checker.Invalid // also where it is too large to be proven: see named
	}
	shown := results.NewResult(h, checker.Result{Verdict: verdict, Certificate: p}, run.Relaxations)
	shown.Violations = told.Violations
	return shown, nil
}

// named finds a violation that the proof does not stand for: each contradiction is told,
// under the clause of an operation in it. A violation that a search found, and that is too
// large to be proven, is on a key of which the proof claims nothing: it speaks against the
// store, and is believed.
func named(h *history.History, p *proof.Certificate, told []results.Violation) error {
	claims := map[string]proof.Key{}
	contradictions := 0
	for _, key := range p.Keys {
		claims[key.Key] = key
		if key.Contradiction != nil {
			contradictions++
		}
	}
	clause := map[int]string{}
	for i := range h.Operations {
		clause[h.Operations[i].Line] = model.Clause(&h.Operations[i])
	}
	for _, v := range told {
		claim := claims[v.Key]
		if claim.Undecided != "" {
			continue
		}
		contradictions--
		about := func(line int) bool { return clause[line] == v.Clause }
		if !slices.ContainsFunc(proof.Lines(claim.Contradiction), about) {
			return fmt.Errorf("it has no contradiction about %s on key %q", v.Clause, v.Key)
		}
	}
	if contradictions != 0 {
		return fmt.Errorf("it has contradictions on more keys than %s tells of: %d", results.ResultFile, contradictions)
	}
	return nil
}

// Proven returns the verdict that a verified proof stands for, and how many keys have
// which.
func Proven(p *proof.Certificate) (checker.Verdict, map[checker.Verdict]int) {
	of := map[checker.Verdict]int{}
	for _, key := range p.Keys {
		switch {
		case key.Undecided != "":
			of[checker.Undecided]++
		case key.Contradiction != nil:
			of[checker.Invalid]++
		default:
			of[checker.Valid]++
		}
	}
	for _, verdict := range []checker.Verdict{checker.Invalid, checker.Undecided} {
		if of[verdict] > 0 {
			return verdict, of
		}
	}
	return checker.Valid, of
}
