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

	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/results/certify/certificate"
	"github.com/assay-dev/assay/results/certify/suite"
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

// conclusions draws the conclusions again.
func (v *verification) conclusions(path string, c *certificate.Certificate) {
	again := certificate.New(c.Suite, wholeOr(c.Shard), c.Runs, c.Made)
	again.Files, again.Seal = c.Files, c.Seal
	if is, was := marshal(again), marshal(c); !bytes.Equal(is, was) {
		v.fail(path, "its runs do not come to what it says: %s", difference(was, is))
	}
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
