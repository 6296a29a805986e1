package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
)

// A reader follows documents.
type reader struct {
	root string // the checkout
	bin  string // has assay and what stands in for other programs, first in PATH
}

// newReader builds assay as its users have it: looking for races is up to other tests.
func newReader(t *testing.T) reader {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	r := reader{root, t.TempDir()}
	build := exec.CommandContext(t.Context(), "go", "build", "-o", r.bin, "./cmd/assay")
	build.Dir = root
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	for name, script := range map[string]string{"sudo": sudo, "gh": gh} {
		if err := os.WriteFile(filepath.Join(r.bin, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// follow carries out the commands of one document, in their order, each once.
func (r reader) follow(t *testing.T, document string, commands []command) {
	t.Run(document, func(t *testing.T) {
		t.Parallel()
		dir := r.desk(t)
		var done []string
		for _, c := range commands {
			if slices.Contains(done, c.text) {
				continue
			}
			done = append(done, c.text)
			if why, script, part := c.left(); why != "" {
				t.Logf("$ %s\nis not run here: it %s. %s does.", c.text, why, script)
				r.wantPart(t, script, part)
			} else if need := c.missing(); need != "" {
				t.Logf("$ %s\nis not run: it needs %s, which ASSAY_REQUIRE does not name.", c.text, need)
			} else {
				r.run(t, dir, c)
			}
		}
	})
}

// desk is a directory with what documents speak of: the examples, and a history of
// porcupine's.
func (r reader) desk(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	histories := filepath.Join(dir, "test_data", "jepsen")
	err := errors.Join(
		os.CopyFS(filepath.Join(dir, "docs", "examples"), os.DirFS(filepath.Join(r.root, "docs", "examples"))),
		os.MkdirAll(histories, 0o755),
		os.WriteFile(filepath.Join(histories, "etcd_000.log"), []byte("INFO  jepsen.util - 0\t:invoke\t:write\t1\nINFO  jepsen.util - 0\t:ok\t:write\t1\n"), 0o644),
	)
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// wantPart wants a script to run a command that is not run here.
func (r reader) wantPart(t *testing.T, script, part string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(r.root, script))
	if err != nil || !strings.Contains(string(text), part) {
		t.Errorf("%s lacks %q: %v", script, part, err)
	}
}

// missing names what the command needs and this machine may be without.
func (c command) missing() string {
	required := strings.Split(os.Getenv("ASSAY_REQUIRE"), ",")
	for part, need := range map[string]string{
		"local:postgres": "postgres", "local:s3": "s3", "disk=fuse": "fuse", "container=true": "docker",
		".ci/faults": "postgres", "-bench Throughput": "postgres", "-bench Client": "postgres", "serve/browser": "chromium",
	} {
		if strings.Contains(c.text, part) && !slices.Contains(required, need) {
			return need
		}
	}
	return ""
}

// shorten takes less time, and touches nothing outside of the directory.
func (r reader) shorten(text, dir string) string {
	if !strings.Contains(text, "--time") && !strings.Contains(text, "--ops") {
		text = strings.Replace(text, "assay run", "assay run --time 4s", 1)
	}
	return strings.NewReplacer(
		"go run ./cmd/assay", "assay",
		"go build -o assay ./cmd/assay", "ln -s "+r.bin+"/assay assay",
		"--time 1m", "--time 4s",
		"--ops 1000000", "--ops 20000",
		"certify nightly", "certify nightly --shard 0/330",
		"certify quick", "certify quick --shard 0/12",
		".ci/faults 5", ".ci/faults 1",
		" -benchtime 10x", "",
		"-bench ", "-benchtime 1x -bench ",
		"-speed 10000000", "-speed 100",
		"/usr/bin/time -v ", "",
		// The browser leaves files behind, and its socket wants a short path.
		"go test . -args -pictures=/tmp", "export TMPDIR=$(mktemp -d -p /tmp) && trap 'rm -r $TMPDIR' EXIT && go test -run /pictures . -args -pictures="+dir,
		"///tmp/", "//"+dir+"/",
		"--store /var/lib/assay", "--store store",
		"--listen :7357", "--listen 127.0.0.1:0",
	).Replace(text)
}

// run carries the command out, and wants it to exit with a code that it may exit with.
func (r reader) run(t *testing.T, dir string, c command) {
	t.Helper()
	text := r.shorten(c.text, dir)
	tries := 1
	if c.row != "" && slices.Equal(c.exits, []int{exitInvalid}) {
		tries = 5 // a short run meets the violation by chance
	}
	var code int
	var output string
	for range tries {
		if code, output = r.carryOut(t, dir, text); slices.Contains(c.exits, code) {
			return
		}
	}
	t.Errorf("$ %s\nas  %s\nexit code %d, want one of %d:\n%s", c.text, text, code, c.exits, output)
}

// carryOut gives text to a shell where its kind is at home, Go's and scripts in the
// checkout, and returns its exit code and what it prints.
func (r reader) carryOut(t *testing.T, dir, text string) (int, string) {
	t.Helper()
	serves := strings.HasPrefix(text, "assay serve")
	if serves {
		text = "exec " + text // so that the interrupt reaches it
	}
	shell := exec.CommandContext(t.Context(), "bash", "-e", "-c", text)
	shell.Dir = dir
	for _, kind := range []string{"go test", ".ci/", "(cd "} {
		if strings.HasPrefix(text, kind) {
			shell.Dir = r.root
		}
	}
	shell.Env = append(os.Environ(), "PATH="+r.bin+":"+os.Getenv("PATH"), "GITHUB_STEP_SUMMARY="+filepath.Join(dir, "summary.md"))
	var output interrupting
	shell.Stdout, shell.Stderr = &output, &output
	if err := shell.Start(); err != nil {
		t.Fatal(err)
	}
	if serves {
		output.process.Store(shell.Process)
	}
	var exit *exec.ExitError
	if err := shell.Wait(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return shell.ProcessState.ExitCode(), output.text.String()
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
