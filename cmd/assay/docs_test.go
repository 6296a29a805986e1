package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
)

// A command is a line of a console block in the documentation, after its "$ ".
type command struct {
	text string
	exit int // announced by a comment, as in "# exits with 1"
}

var exitComment = regexp.MustCompile(`#.*exits with (\d)`)

// commandsOf returns the commands in the console blocks of a Markdown text.
func commandsOf(markdown string) (commands []command) {
	inside := false
	for line := range strings.Lines(markdown) {
		line = strings.TrimRight(line, "\n")
		if strings.HasPrefix(line, "```") {
			inside = line == "```console"
		}
		text, found := strings.CutPrefix(line, "$ ")
		if !inside || !found {
			continue
		}
		c := command{text: text}
		if code := exitComment.FindStringSubmatch(text); code != nil {
			c.exit, _ = strconv.Atoi(code[1])
		}
		commands = append(commands, c)
	}
	return commands
}

// shorter are parts of commands that make them take long, and what the test has there.
var shorter = strings.NewReplacer(
	"go run ./cmd/assay", "assay",
	"--time 1m", "--time 3s",
	"--store /var/lib/assay", "--store store",
	"-benchtime 10x", "-benchtime 1x",
)

// left says why a command is not run, or nothing.
func left(c command) string {
	switch {
	case strings.HasPrefix(c.text, "go test ./..."):
		return "is what runs this test"
	case strings.HasPrefix(c.text, "assay certify nightly"), strings.HasPrefix(c.text, ".ci/"):
		return "takes hours"
	case strings.HasPrefix(c.text, "assay certify quick"):
		return "takes a minute, and .ci/run does it"
	case strings.Contains(c.text, "results/serve/browser"):
		return "needs a browser, and .ci/run does the same"
	}
	required := strings.Split(os.Getenv("ASSAY_REQUIRE"), ",")
	for _, server := range []string{"postgres", "s3"} {
		if strings.Contains(c.text, "local:"+server) && !slices.Contains(required, server) {
			return "needs a server that ASSAY_REQUIRE does not name"
		}
	}
	return ""
}

func TestEveryCommandInTheDocumentationRuns(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	documents, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil || len(documents) == 0 {
		t.Fatal(documents, err)
	}
	for _, path := range append(documents, filepath.Join(root, "README.md")) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		commands := commandsOf(string(text))
		if len(commands) == 0 {
			continue
		}
		t.Run(filepath.Base(path), func(t *testing.T) {
			dir := reader(t, root)
			for _, c := range commands {
				if reason := left(c); reason != "" {
					t.Logf("not run: $ %s: %s", c.text, reason)
					continue
				}
				c.run(t, root, dir)
			}
		})
	}
}

// reader is the directory of somebody who follows a document: the examples are at hand.
func reader(t *testing.T, root string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "docs", "examples"), os.DirFS(filepath.Join(root, "docs", "examples"))); err != nil {
		t.Fatal(err)
	}
	return dir
}

// serves reports whether a command goes on until it is interrupted.
func (c command) serves() bool { return strings.HasPrefix(c.text, "assay serve") }

// run carries the command out where its kind is at home: Go's in the checkout.
func (c command) run(t *testing.T, root, dir string) {
	t.Helper()
	text := shorter.Replace(c.text)
	if c.serves() {
		text = "exec " + text // so that the interrupt reaches it
	}
	shell := exec.CommandContext(t.Context(), "bash", "-c", text)
	shell.Dir = dir
	if strings.HasPrefix(c.text, "go test") {
		shell.Dir = root
	}
	shell.Env = append(os.Environ(), "GITHUB_STEP_SUMMARY="+filepath.Join(dir, "summary.md"))
	var output interrupting
	shell.Stdout, shell.Stderr = &output, &output
	if err := shell.Start(); err != nil {
		t.Fatal(err)
	}
	if c.serves() {
		output.process.Store(shell.Process)
	}
	code := 0
	var exit *exec.ExitError
	if err := shell.Wait(); errors.As(err, &exit) {
		code = exit.ExitCode()
	} else if err != nil {
		t.Fatal(err)
	}
	if code != c.exit {
		t.Errorf("$ %s\nexit code %d, want %d:\n%s", c.text, code, c.exit, output.text.String())
	}
}

// interrupting keeps what a process prints, and interrupts it when it has printed
// something: it is up then.
type interrupting struct {
	text    bytes.Buffer
	process atomic.Pointer[os.Process] // nil for one that ends by itself
}

func (w *interrupting) Write(p []byte) (int, error) {
	if process := w.process.Load(); process != nil {
		_ = process.Signal(os.Interrupt) // it may have ended already
	}
	return w.text.Write(p)
}
