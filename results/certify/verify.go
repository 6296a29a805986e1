package certify

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/checker/model"
	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/results/certify/certificate"
	"github.com/assay-dev/assay/results/certify/coverage"
	"github.com/assay-dev/assay/results/certify/suite"
	"github.com/assay-dev/assay/workload/history"
)

// Verify goes through everything that a certificate rests on: the sums of all files; from
// each history and its proof the verdict, the evidence and what was put to the test; and
// from the runs what is said of the clauses. It trusts the verifier of proofs, and
// nothing that found them. The error names each file that does not match.
func Verify(path string) (*certificate.Certificate, error) {
	c, err := certificate.Read(path)
	if err != nil {
		return nil, err
	}
	v := &verification{dir: filepath.Dir(path)}
	v.sums(".", c.Files)
	if c.Suite.Sum() != c.SuiteSum {
		v.fail(path, "the suite's sum is not that of the suite")
	}
	for _, run := range c.Runs {
		v.run(&run)
	}
	v.conclusions(path, c)
	return c, errors.Join(v.errs...)
}

// A verification collects what does not match.
type verification struct {
	dir  string // of the certificate
	errs []error
}

func (v *verification) fail(path, format string, args ...any) {
	v.errs = append(v.errs, fmt.Errorf("%s: %s", path, fmt.Sprintf(format, args...)))
}

// sums compares the sums of files in a directory below the certificate's, and reports
// whether they match.
func (v *verification) sums(dir string, files map[string]string) bool {
	before := len(v.errs)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		path := filepath.Join(v.dir, filepath.FromSlash(dir), name)
		switch is, err := certificate.SumFile(path); {
		case errors.Is(err, fs.ErrNotExist):
			v.fail(path, "the file is missing")
		case err != nil:
			v.fail(path, "%v", err)
		case is != files[name]:
			v.fail(path, "the file was altered: its SHA-256 is not that of the certificate")
		}
	}
	return len(v.errs) == before
}

// run verifies one run. Where its files do not match there is nothing to conclude.
func (v *verification) run(run *certificate.Run) {
	dir := filepath.Join(v.dir, filepath.FromSlash(run.Dir))
	if !filepath.IsLocal(filepath.FromSlash(run.Dir)) || run.ID != run.Cell.ID() {
		v.fail(dir, "this is no directory of the run %s", run.ID)
		return
	}
	if !v.sums(run.Dir, run.Files) {
		return
	}
	if err := v.same(filepath.Join(dir, recordFile), run); err != nil {
		v.errs = append(v.errs, err)
	}
	again, err := replay(dir, run)
	if err != nil {
		v.errs = append(v.errs, err)
		return
	}
	if is, was := marshal(again), marshal(run); !bytes.Equal(is, was) {
		v.fail(filepath.Join(dir, results.HistoryFile), "history and proof do not show what the certificate says of the run: %s", difference(was, is))
	}
}

// same finds a file that holds something else than value.
func (v *verification) same(path string, value any) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var compact bytes.Buffer
	if json.Compact(&compact, text) != nil || !bytes.Equal(compact.Bytes(), marshal(value)) {
		return fmt.Errorf("%s: the file was altered: it is not what the certificate says", path)
	}
	return nil
}

// replay describes a run by what its files show.
func replay(dir string, run *certificate.Run) (*certificate.Run, error) {
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
	if err := matches(run, asked); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, results.RunFile), err)
	}
	again := certificate.NewRun(run.Cell, asked, shown, exercised)
	again.Machine, again.Dir, again.Files = run.Machine, run.Dir, run.Files
	return &again, nil
}

// matches finds a run that was not asked for what its cell says.
func matches(run *certificate.Run, asked results.Run) error {
	plan, err := run.Plan()
	if err != nil {
		return err
	}
	if asked.Seed != run.Seed {
		return fmt.Errorf("the run has seed %d, its place in the matrix %d", asked.Seed, run.Seed)
	}
	if !slices.Equal(asked.Faults, plan.Lines()) {
		return fmt.Errorf("the run has the faults %q, its place in the matrix %q", asked.Faults, plan.Lines())
	}
	return nil
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
	verdict, _ := Proven(p)
	shown := results.NewResult(h, checker.Result{Verdict: verdict, Certificate: p}, run.Relaxations)
	if err := named(h, p, told.Violations); err != nil {
		return told, fmt.Errorf("%s: %w", path, err)
	}
	shown.Violations = told.Violations
	return shown, nil
}

// named finds a violation that no contradiction of the proof stands for: each key has one,
// about an operation of the clause that it names.
func named(h *history.History, p *proof.Certificate, told []results.Violation) error {
	contradictions := map[string][]proof.Step{}
	for _, key := range p.Keys {
		if key.Contradiction != nil {
			contradictions[key.Key] = key.Contradiction
		}
	}
	if len(contradictions) != len(told) {
		return fmt.Errorf("it has contradictions of %d keys, %s names %d", len(contradictions), results.ResultFile, len(told))
	}
	clause := map[int]string{}
	for i := range h.Operations {
		clause[h.Operations[i].Line] = model.Clause(&h.Operations[i])
	}
	for _, v := range told {
		lines := proof.Lines(contradictions[v.Key])
		if !slices.ContainsFunc(lines, func(line int) bool { return clause[line] == v.Clause }) {
			return fmt.Errorf("its contradiction of key %q is not about %s", v.Key, v.Clause)
		}
	}
	return nil
}

// conclusions draws the conclusions again.
func (v *verification) conclusions(path string, c *certificate.Certificate) {
	var shard = wholeOr(c.Shard)
	again := certificate.New(c.Suite, shard, c.Runs, c.Made)
	again.Files, again.Seal = c.Files, c.Seal
	if is, was := marshal(again), marshal(c); !bytes.Equal(is, was) {
		v.fail(path, "its runs do not come to what it says: %s", difference(was, is))
	}
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

// marshal returns the JSON of what certainly has one.
func marshal(value any) []byte {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return text
}

// difference shows the first difference of two texts, with a little around it.
func difference(was, is []byte) string {
	at := 0
	for at < len(was) && at < len(is) && was[at] == is[at] {
		at++
	}
	around := func(text []byte) []byte { return text[max(0, min(at, len(text))-40):min(len(text), at+40)] }
	return fmt.Sprintf("it says …%s…, and they …%s…", around(was), around(is))
}

// wholeOr is the shard of a certificate, the whole where it names none.
func wholeOr(s *suite.Shard) suite.Shard {
	if s == nil {
		return suite.Shard{}
	}
	return *s
}
