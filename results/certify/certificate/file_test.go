package certificate_test

import (
	"bytes"
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/assay-dev/assay/results/certify/certificate"
	"github.com/assay-dev/assay/results/certify/suite"
)

// broken is a certificate with all that can stand in one.
func broken() *certificate.Certificate {
	s := demanded()
	all := runs(s)
	breaks(&all[2], "C6")
	all[1].Effects = []certificate.Effect{{Fault: "kill of " + evil, Times: 5, Felt: 4, Healed: 3, Writes: 2, First: evil}, {Fault: "pause", Times: 1}}
	all[0].Software, all[0].Machine = "Store "+evil, certificate.ThisMachine()
	return certificate.New(s, suite.Shard{}, all[:3], made)
}

func save(t *testing.T, c *certificate.Certificate) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := c.Save(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestACertificateIsReadAsItWasWritten(t *testing.T) {
	c := broken()
	dir := save(t, c)
	back, err := certificate.Read(filepath.Join(dir, certificate.File))
	if err != nil {
		t.Fatal(err)
	}
	was, err := c.JSON()
	if err != nil {
		t.Fatal(err)
	}
	if is, err := back.JSON(); err != nil || !bytes.Equal(is, was) {
		t.Errorf("%v\n%s\nwant\n%s", err, is, was)
	}
	for _, name := range []string{certificate.PageFile, certificate.BadgeFile, certificate.JUnitFile, certificate.SummaryFile} {
		if sum, err := certificate.SumFile(filepath.Join(dir, name)); err != nil || sum != c.Files[name] {
			t.Errorf("%s: %v, sum %s, want %s", name, err, sum, c.Files[name])
		}
	}
}

func TestNoByteOfACertificateCanBeAltered(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(save(t, broken()), certificate.File))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(text); i += 17 { // all of them take seconds
		altered := bytes.Clone(text)
		altered[i] ^= 1
		if _, err := certificate.Decode(altered); err == nil {
			t.Errorf("byte %d, %q, can be %q", i, text[i], altered[i])
		}
	}
	for name, altered := range map[string][]byte{"longer": append(bytes.Clone(text), ' '), "shorter": text[:len(text)-1], "twice": append(bytes.Clone(text), text...)} {
		if _, err := certificate.Decode(altered); err == nil {
			t.Errorf("it can be %s", name)
		}
	}
}

func TestWhatAStoreSaysCannotLeaveItsPlace(t *testing.T) {
	c := broken()
	for name, draw := range map[string]func() ([]byte, error){"page": c.Page, "badge": c.Badge, "junit": c.JUnit} {
		text, err := draw()
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "<script>alert") {
			t.Errorf("the %s holds a script of the store's", name)
		}
	}
	markdown, err := c.Markdown()
	if err != nil {
		t.Fatal(err)
	}
	fenced := false
	for line := range strings.Lines(string(markdown)) {
		if strings.HasPrefix(line, "```") {
			fenced = !fenced
		}
		if strings.HasPrefix(line, "# title") && !fenced {
			t.Errorf("the summary has a title of the store's:\n%s", markdown)
		}
	}
}

func TestThePageSaysWhatACertificateIsFor(t *testing.T) {
	text, err := broken().Page()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"contract broken", "<th>C6</th>", `state broken">broken`, "6 × a commit", `href="runs/log.w.none.1/now/report.html"`,
		"suite test, 3 runs, 3,000 operations", "1 run left of 4", `title="abc"`, "4 with an effect", "2 writes in flight, 2 not healed", "pause: no effect seen"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, from := range []string{"http://", "https://", "<link", "@import", "src="} {
		if strings.Contains(string(text), from) {
			t.Errorf("the page takes something from elsewhere: %s", from)
		}
	}
}

func TestTheBadgeSaysItInThreeWords(t *testing.T) {
	s := demanded()
	badge, err := certificate.New(s, suite.Shard{}, runs(s), made).Badge()
	if err != nil || !strings.Contains(string(badge), `aria-label="assay: strictly linearizable"`) || xml.Unmarshal(badge, new(struct{})) != nil {
		t.Errorf("%v, %s", err, badge)
	}
}

func TestJUnitHasATestForEachRunAndEachClause(t *testing.T) {
	text, err := broken().JUnit()
	if err != nil {
		t.Fatal(err)
	}
	var back struct {
		Suites []struct {
			Name     string `xml:"name,attr"`
			Tests    int    `xml:"tests,attr"`
			Failures int    `xml:"failures,attr"`
			Skipped  int    `xml:"skipped,attr"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	// The Consensus has two runs, of which one fails, and eight clauses, of which one fails
	// and the others are open; the Blob has one of the two, and five open clauses.
	if len(back.Suites) != 2 || back.Suites[0].Tests != 10 || back.Suites[1].Tests != 7 {
		t.Fatalf("%+v in\n%s", back, text)
	}
	if failures := back.Suites[0].Failures + back.Suites[1].Failures; failures != 2 {
		t.Errorf("%d failures in\n%s", failures, text)
	}
}
