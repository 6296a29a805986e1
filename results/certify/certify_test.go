package certify_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/results/certify"
	"github.com/assay-dev/assay/results/certify/certificate"
	"github.com/assay-dev/assay/results/certify/suite"
)

// small is a suite of a few short runs.
const small = `suite: small
workloads: [{name: w, clients: 4, operations: 1500}]
faults: [none, unreliable]
seeds: 2
stores:
  - {name: log, object: consensus, url: "mem:"}
  - {name: files, object: blob, url: "mem:"}
`

func read(t *testing.T, text string) *suite.Suite {
	t.Helper()
	s, err := suite.Read("small.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func options(t *testing.T, text string) certify.Options {
	return certify.Options{Suite: read(t, text), Dir: filepath.Join(t.TempDir(), "certificate"), Jobs: 2, Progress: t.Output()}
}

func run(t *testing.T, o certify.Options) *certificate.Certificate {
	t.Helper()
	c, err := certify.Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func verify(dir string) error {
	_, err := certify.Verify(filepath.Join(dir, certificate.File))
	return err
}

func TestASuiteComesToACertificateThatItsFilesProve(t *testing.T) {
	o := options(t, strings.Replace(small, `consensus, url: "mem:"`, `consensus, url: "bolt:"`, 1))
	c := run(t, o)
	if c.Verdict != checker.Valid || len(c.Runs) != 8 || c.Statement != certificate.StatementStrict {
		t.Errorf("%s, %d runs, %s, %q", c.Verdict, len(c.Runs), c.Statement, c.Reasons)
	}
	for _, r := range c.Runs {
		if r.Operations < 1500 || r.Files[results.HistoryFile] == "" || r.Files["proof.json"] == "" || r.Machine.Cores == 0 || r.Go == "" {
			t.Errorf("%+v", r)
		}
		if (r.Faults == suite.None) != (len(r.Effects) == 0) {
			t.Errorf("%v: effects %+v", r.Cell, r.Effects)
		}
	}
	if err := verify(o.Dir); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(filepath.Join(o.Dir, "stores")); err != nil || len(left) > 0 {
		t.Errorf("what the stores held is left: %v, %v", left, err)
	}
}

func TestEveryFileThatIsAlteredIsNamed(t *testing.T) {
	o := options(t, strings.Replace(small, "seeds: 2", "seeds: 1", 1))
	c := run(t, o)
	dir := filepath.FromSlash(c.Runs[1].Dir)
	var names []string
	for name := range c.Files {
		names = append(names, name)
	}
	entries, err := os.ReadDir(filepath.Join(o.Dir, dir))
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		names = append(names, filepath.Join(dir, entry.Name()))
	}
	if len(names) < 10 {
		t.Fatalf("only %q", names)
	}
	for _, name := range append(names, certificate.File) {
		path := filepath.Join(o.Dir, name)
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		altered := slices.Clone(content)
		altered[len(altered)/2] ^= 1
		for what, put := range map[string]func() error{
			"altered": func() error { return os.WriteFile(path, altered, 0o644) },
			"missing": func() error { return os.Remove(path) },
		} {
			if err := put(); err != nil {
				t.Fatal(err)
			}
			if err := verify(o.Dir); err == nil || !strings.Contains(err.Error(), path) {
				t.Errorf("%s %s: %v", name, what, err)
			}
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := verify(o.Dir); err != nil {
		t.Errorf("put back: %v", err)
	}
}

// forge alters a certificate and seals it again, as somebody would who knows how.
func forge(t *testing.T, dir string, alter func(c *certificate.Certificate)) {
	t.Helper()
	path := filepath.Join(dir, certificate.File)
	c, err := certificate.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	alter(c)
	if err := c.Save(dir); err != nil {
		t.Fatal(err)
	}
}

// demands alters what a certificate says that was demanded.
func demands(alter func(s *suite.Suite)) func(c *certificate.Certificate) {
	return func(c *certificate.Certificate) {
		alter(&c.Suite)
		*c = *certificate.New(c.Suite, suite.Shard{}, c.Runs, c.Made)
	}
}

func TestACertificateThatSaysMoreThanItsRunsIsRefused(t *testing.T) {
	o := options(t, `suite: small
workloads: [{name: w, operations: 1500}]
stores:
  - {name: files, object: blob, url: "mem:"}
  - {name: bad, object: blob, url: "defective:first-value-stays"}
`)
	c := run(t, o)
	if c.Verdict != checker.Invalid || c.Runs[1].Verdict != checker.Invalid {
		t.Fatalf("%s, %+v", c.Verdict, c.Runs)
	}
	if err := verify(o.Dir); err != nil {
		t.Fatal(err)
	}
	for name, alter := range map[string]func(c *certificate.Certificate){
		"a better verdict":    func(c *certificate.Certificate) { c.Verdict = checker.Valid },
		"a better statement":  func(c *certificate.Certificate) { c.Statement = certificate.StatementStrict },
		"a better clause":     func(c *certificate.Certificate) { c.Stores[1].Clauses[0].Standing = certificate.Strict },
		"a better run":        func(c *certificate.Certificate) { c.Runs[1].Verdict, c.Runs[1].Violations = checker.Valid, nil },
		"another clause":      func(c *certificate.Certificate) { c.Runs[1].Violations[0].Clause = "B4" },
		"more operations":     func(c *certificate.Certificate) { c.Runs[0].Operations++ },
		"another seed":        func(c *certificate.Certificate) { c.Runs[0].Seed++ },
		"other relaxations":   demands(func(s *suite.Suite) { s.Stores[0].Relax = location.Relaxations{location.RelaxNoRestore} }),
		"more clients":        demands(func(s *suite.Suite) { s.Workloads[0].Clients++ }),
		"more was to be done": demands(func(s *suite.Suite) { s.Workloads[0].Operations++ }),
		"another store":       demands(func(s *suite.Suite) { s.Stores[0].URL = "bolt:" }),
		"the sum of a suite":  func(c *certificate.Certificate) { c.SuiteSum = c.SuiteSum[1:] + c.SuiteSum[:1] },
		"a run less":          func(c *certificate.Certificate) { c.Runs = c.Runs[:1] },
		"the run of another":  func(c *certificate.Certificate) { c.Runs[1].Dir, c.Runs[1].Files = c.Runs[0].Dir, c.Runs[0].Files },
		"more was exercised":  func(c *certificate.Certificate) { c.Runs[0].Exercised[0].Times *= 2 },
		"faults that were no": func(c *certificate.Certificate) {
			c.Runs[0].Effects = []certificate.Effect{{Fault: "kill", Times: 1, Felt: 1}}
		},
	} {
		copied := filepath.Join(t.TempDir(), "copy")
		if err := os.CopyFS(copied, os.DirFS(o.Dir)); err != nil {
			t.Fatal(err)
		}
		forge(t, copied, alter)
		if err := verify(copied); err == nil {
			t.Errorf("%s is believed", name)
		}
	}
}

// stopAfter ends a context when a number of runs were told of.
type stopAfter struct {
	io.Writer
	mu   sync.Mutex
	left int
	stop context.CancelFunc
}

func (s *stopAfter) Write(text []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.left--; s.left == 0 {
		s.stop()
	}
	return s.Writer.Write(text)
}

func TestASecondCallGoesOnWhereTheFirstWasInterrupted(t *testing.T) {
	o := options(t, small)
	ctx, stop := context.WithCancel(t.Context())
	o.Progress = &stopAfter{Writer: t.Output(), left: 3, stop: stop}
	first, err := certify.Run(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	if len(first.Runs) < 3 || len(first.Left) == 0 || first.Verdict != checker.Insufficient {
		t.Fatalf("%d runs, %d left, %s", len(first.Runs), len(first.Left), first.Verdict)
	}
	if err := verify(o.Dir); err != nil {
		t.Errorf("an interrupted one: %v", err)
	}
	o.Progress = t.Output()
	second := run(t, o)
	if second.Verdict != checker.Valid || len(second.Runs) != 8 {
		t.Errorf("%s, %d runs", second.Verdict, len(second.Runs))
	}
	for _, r := range first.Runs {
		if !slices.ContainsFunc(second.Runs, func(s certificate.Run) bool { return s.ID == r.ID && s.Started.Equal(r.Started) }) {
			t.Errorf("%s was repeated", r.ID)
		}
	}
	if err := verify(o.Dir); err != nil {
		t.Error(err)
	}
}

func TestARunWhoseFilesAreNotWholeIsRepeated(t *testing.T) {
	o := options(t, strings.Replace(small, "seeds: 2", "seeds: 1", 1))
	first := run(t, o)
	files := []string{results.HistoryFile, "proof.json", "record.json"}
	for i, name := range files {
		path := filepath.Join(o.Dir, filepath.FromSlash(first.Runs[i].Dir), name)
		if err := os.Truncate(path, 10); err != nil {
			t.Fatal(err)
		}
	}
	second := run(t, o)
	for i, r := range second.Runs {
		if repeated := !r.Started.Equal(first.Runs[i].Started); repeated != (i < len(files)) {
			t.Errorf("%s is repeated: %t", r.ID, repeated)
		}
	}
	if err := verify(o.Dir); err != nil {
		t.Error(err)
	}
}

func TestNoRunBeginsWhenTheBudgetIsSpent(t *testing.T) {
	o := options(t, small)
	o.Budget = time.Nanosecond
	c := run(t, o)
	if len(c.Runs) != 0 || len(c.Left) != 8 || c.Verdict != checker.Insufficient {
		t.Errorf("%d runs, %d left, %s", len(c.Runs), len(c.Left), c.Verdict)
	}
}

func TestADirectoryBelongsToOneSuite(t *testing.T) {
	o := options(t, small)
	o.Budget = time.Nanosecond
	run(t, o)
	o.Suite = read(t, strings.Replace(small, "1500", "1600", 1))
	if _, err := certify.Run(t.Context(), o); !errors.Is(err, certify.ErrOccupied) || !strings.Contains(err.Error(), o.Dir) {
		t.Errorf("error %v", err)
	}
}

func TestAStoreOutOfReachIsTriedAgainByTheNextCall(t *testing.T) {
	occupied := filepath.Join(t.TempDir(), "occupied")
	if err := os.WriteFile(occupied, []byte("no directory"), 0o644); err != nil {
		t.Fatal(err)
	}
	o := options(t, `suite: small
workloads: [{name: w, operations: 300}]
stores: [{name: files, object: blob, url: "file://`+occupied+`/store"}]
`)
	if c := run(t, o); c.Verdict != results.NotRun || len(c.Runs) != 1 || len(c.Reasons) == 0 {
		t.Fatalf("%s, %q", c.Verdict, c.Reasons)
	}
	if err := verify(o.Dir); err != nil {
		t.Error(err)
	}
	if err := os.Remove(occupied); err != nil {
		t.Fatal(err)
	}
	if c := run(t, o); c.Verdict != checker.Valid {
		t.Errorf("%s, %q", c.Verdict, c.Reasons)
	}
}

func TestAStoreThatCanNeverBeRightEndsTheSuite(t *testing.T) {
	o := options(t, `suite: small
workloads: [{name: w, operations: 300}]
stores: [{name: files, object: blob, url: "mem:?sped=1"}]
`)
	if _, err := certify.Run(t.Context(), o); !errors.Is(err, location.ErrInvalidArgument) || !strings.Contains(err.Error(), "sped") {
		t.Errorf("error %v", err)
	}
}
