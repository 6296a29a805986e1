package counterexample_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/results/counterexample"
	"github.com/assay-dev/assay/workload/history"
)

var update = flag.Bool("update", false, "write the golden files")

// find checks a history file and looks for its counterexample.
func find(t *testing.T, text string) (*counterexample.Counterexample, results.Result) {
	t.Helper()
	h, err := history.Read(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	found, err := checker.Check(t.Context(), h, checker.Options{Relax: h.Header.Relax})
	if err != nil || found.Verdict != checker.Invalid {
		t.Fatalf("%v, %v", found, err)
	}
	r := results.NewResult(h, *found, h.Header.Relax)
	r.History = "history.jsonl"
	if h.Header.Run != nil {
		r.Dir = t.TempDir()
	}
	c, err := counterexample.New(t.Context(), h, r)
	if err != nil {
		t.Fatal(err)
	}
	return c, r
}

// The histories of this test are those of testdata/*.jsonl; what is told of each stands
// beside it.
func TestTheTextIsAsInTheGoldenFiles(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.jsonl")
	if err != nil || len(paths) == 0 {
		t.Fatalf("%d histories, %v", len(paths), err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			c, r := find(t, string(content))
			var b strings.Builder
			if err := c.WriteText(&b); err != nil {
				t.Fatal(err)
			}
			got := withoutArgument(b.String())
			if r.Dir != "" {
				got = strings.ReplaceAll(got, r.Dir, "DIR")
			}
			golden := strings.TrimSuffix(path, ".jsonl") + ".golden"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got:\n%s\nwant (go test -update writes it):\n%s", got, want)
			}
			for line := range strings.Lines(drawing(got)) {
				if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > 120 {
					t.Errorf("%d columns: %s", n, line)
				}
			}
		})
	}
}

// withoutArgument leaves out the argument step by step, which is another package's to word.
func withoutArgument(text string) string {
	before, argument, found := strings.Cut(text, "\nLet:\n")
	if !found {
		return text
	}
	_, after, _ := strings.Cut(argument, "\n\n")
	return before + "\nLet: ...\n\n" + after
}

// drawing is the part of a text between the first and the second blank line.
func drawing(text string) string { return strings.SplitN(text, "\n\n", 3)[1] }

// hostile is a history in which everything that a store can say is an attack.
const hostile = `{"assay":1,"object":"blob","run":{"command":"assay run </pre><script>alert(0)</script>"}}
{"process":0,"op":"set","key":"<script>alert(1)</script>","call":0,"return":10,"outcome":"ok","value":"a","size":1}
{"process":0,"op":"get","key":"<script>alert(1)</script>","call":20,"return":30,"outcome":"ok","value":"</script><img src=x onerror=alert(2)>\u001b[31m","size":1}
{"process":0,"op":"set","key":"<script>alert(1)</script>","call":40,"return":50,"outcome":"fail","error":"<img src=x onerror=alert(3)>","value":"</script><img src=x onerror=alert(2)>\u001b[31m","size":3}
{"fault":"<img src=x onerror=alert(4)>","target":"<b>","call":0,"return":90,"effect":"<img src=x onerror=alert(5)>"}
`

func TestThePageStandsAloneAndNothingThatAStoreSaysIsObeyed(t *testing.T) {
	c, r := find(t, hostile)
	if err := c.Save(); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{counterexample.PageFile, counterexample.TextFile} {
		content, err := os.ReadFile(filepath.Join(r.Dir, file))
		if err != nil {
			t.Fatal(err)
		}
		page := string(content)
		if strings.Contains(page, "\u001b") {
			t.Errorf("%s holds an escape character", file)
		}
		if file == counterexample.TextFile {
			continue
		}
		for _, attack := range []string{"<img", "<script>alert", "</script><", "src=\"http", "href=\"http"} {
			if strings.Contains(page, attack) {
				t.Errorf("%s is in the page", attack)
			}
		}
		if !strings.Contains(page, "<pre") || !strings.Contains(page, "render(data)") || strings.Count(page, "</html>") != 1 {
			t.Error("the page lacks the text or the picture")
		}
	}
}

func TestTheSavedHistoryIsRejectedByItself(t *testing.T) {
	c, r := find(t, hostile)
	if err := c.Save(); err != nil {
		t.Fatal(err)
	}
	h, err := history.ReadFile(filepath.Join(r.Dir, counterexample.HistoryFile))
	if err != nil {
		t.Fatal(err)
	}
	if found, err := checker.Check(t.Context(), h, checker.Options{}); err != nil || found.Verdict != checker.Invalid {
		t.Errorf("%v, %v", found, err)
	}
	if err := counterexample.Remove(r.Dir); err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(r.Dir); len(left) > 0 {
		t.Errorf("%v is left", left)
	}
	if err := counterexample.Remove(r.Dir); err != nil {
		t.Errorf("nothing to remove: %v", err)
	}
}
