package certify

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
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
		v.run(&run, &c.Suite)
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
func (v *verification) run(run *certificate.Run, s *suite.Suite) {
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
	again, err := replay(dir, run, s)
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

// conclusions draws the conclusions again.
func (v *verification) conclusions(path string, c *certificate.Certificate) {
	again := certificate.New(c.Suite, wholeOr(c.Shard), c.Runs, c.Made)
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
