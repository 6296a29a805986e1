// Package browser looks at the pages of assay serve, and at reports on disk, with a
// real browser: Debian's chromium, for example. Without one its tests are skipped; with
// ASSAY_REQUIRE=chromium they fail then.
package browser

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/chromedp"
)

var pictures = flag.String("pictures", "", "keep pictures of the pages in this `directory`")

// TestInABrowser has all tests that share a browser and a store directory.
func TestInABrowser(t *testing.T) {
	ctx, cancel := chromedp.NewContext(t.Context(), chromedp.WithAllocatorOptions(chromedp.ExecPath(chromium(t)),
		chromedp.Flag("host-resolver-rules", "MAP *.example 127.0.0.1"),
		chromedp.Env("TMPDIR="+shortDir(t)))) // it leaves files there
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, ctx)
	for name, test := range map[string]func(*testing.T, *world){
		"the table is searched and filtered":           filtering,
		"the table works without scripts":              withoutScripts,
		"two runs are chosen and stand side by side":   sideBySide,
		"the page of a run shows its report":           pageOfARun,
		"a certificate leads to its page and its runs": certificates,
		"a report reaches nothing from its sandbox":    sandbox,
		"names that are markup stay text":              markup,
		"a page of another name gets nothing":          rebinding,
		"a report opens from disk, wide and narrow":    fromDisk,
		"the timeline of a run is zoomed and filtered": timeline,
		"the counterexample tells its details":         counterexample,
		"pictures are taken":                           takePictures,
	} {
		t.Run(name, func(t *testing.T) { test(t, w) })
	}
}

// shortDir returns a directory whose name leaves room for that of a socket in it, of which
// a path has no more than 107 bytes.
func shortDir(t *testing.T) string {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// chromium returns the browser's path.
func chromium(t *testing.T) string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	const why = "no chromium on this machine: apt-get install chromium"
	if slices.Contains(strings.Split(os.Getenv("ASSAY_REQUIRE"), ","), "chromium") {
		t.Fatal(why)
	}
	t.Skip(why)
	return ""
}

// A world is what the tests look at.
type world struct {
	browser context.Context
	assay   string // the program
	store   string // the directory
	address string // of assay serve
	// Runs in the store directory: one with a violation, one of two stores, and one
	// whose keys are markup.
	invalid, two, evil string
}

// evil is markup that would tell of itself when it came alive.
const evil = `<img src=x onerror="document.title='alive'"><script>document.title='alive'</script>`

func newWorld(t *testing.T, browser context.Context) *world {
	t.Helper()
	dir := t.TempDir()
	w := &world{browser: browser, assay: filepath.Join(dir, "assay"), store: filepath.Join(dir, "store")}
	build := exec.CommandContext(t.Context(), "go", "build", "-o", w.assay, "./cmd/assay")
	build.Dir = "../../.."
	if text, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	w.invalid = w.run(t, 1, "run", "--consensus", "defective:cached-head", "--ops", "6000", "--seed", "1", "--faults", "unreliable", "--clients", "5")
	w.two = w.run(t, 0, "run", "--ops", "600", "--seed", "2")
	w.evil = w.leaveEvil(t)
	w.serve(t)
	return w
}

// run lets assay leave a run and returns its path in the store directory.
func (w *world) run(t *testing.T, code int, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), w.assay, args...)
	cmd.Dir = filepath.Dir(w.store) // where ./store is
	text, err := cmd.CombinedOutput()
	if cmd.ProcessState.ExitCode() != code {
		t.Fatalf("exit code %d, want %d: %v\n%s", cmd.ProcessState.ExitCode(), code, err, text)
	}
	link, err := os.Readlink(filepath.Join(w.store, "latest"))
	if err != nil {
		t.Fatal(err)
	}
	return link
}

// leaveEvil leaves a run with names of all kinds that are markup.
func (w *world) leaveEvil(t *testing.T) string {
	t.Helper()
	path := "evil/20261101T000000Z"
	dir := filepath.Join(w.store, path)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	quoted, err := json.Marshal(evil)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.ReplaceAll(`{"assay":1,"object":"blob"}
{"process":0,"op":"set","key":EVIL,"call":0,"return":10,"outcome":"ok","value":EVIL}
{"process":1,"op":"set","key":EVIL,"call":2,"return":9,"outcome":"info","value":"b","error":EVIL}
{"process":2,"op":"get","key":EVIL,"call":20,"return":30,"outcome":"ok","value":null}
{"fault":EVIL,"target":EVIL,"effect":EVIL,"call":1,"return":15}
`, "EVIL", string(quoted))
	run := strings.ReplaceAll(`{"name":EVIL,"object":"blob","store":EVIL,"faults":[EVIL],"command":EVIL}`, "EVIL", string(quoted))
	for name, text := range map[string]string{"history.jsonl.zst": lines, "run.json": run} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	result, err := exec.CommandContext(t.Context(), w.assay, "check", "--json", dir).Output()
	if exit := new(exec.ExitError); !errors.As(err, &exit) || exit.ExitCode() != 1 {
		t.Fatalf("the history is not found invalid: %v, %s", err, result)
	}
	if err := os.WriteFile(filepath.Join(dir, "results.json"), result, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// serve starts assay serve, until the end of the test.
func (w *world) serve(t *testing.T) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), w.assay, "serve", "--store", w.store, "--listen", "127.0.0.1:0")
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Wait() })
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(line, "http://")
	address, _, _ := strings.Cut(rest, " ")
	w.address = "http://" + strings.TrimSuffix(address, "/")
}

// A tab is one page under test.
type tab struct {
	*testing.T
	ctx context.Context
}

// open opens a page in a tab of its own: an address, or a path of assay serve. What the
// console complains of fails the test, except where it has a text that is expected.
func (w *world) open(t *testing.T, page string, expected ...string) tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(w.browser)
	t.Cleanup(cancel)
	ctx, stop := context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(stop)
	b := tab{t, ctx}
	b.do(chromedp.EmulateViewport(1200, 900))
	if err := chromedp.Listen(ctx, func(event any) {
		e, ok := event.(*log.EventEntryAdded)
		if ok && e.Entry.Level == log.EntryLevelError && !slices.ContainsFunc(expected, func(text string) bool { return strings.Contains(e.Entry.Text, text) }) {
			t.Errorf("the console says: %s %s", e.Entry.Text, e.Entry.URL)
		}
	}); err != nil {
		t.Fatal(err)
	}
	b.visit(w.at(page))
	return b
}

// at returns the address of a page of assay serve.
func (w *world) at(page string) string {
	if strings.HasPrefix(page, "/") {
		return w.address + page
	}
	return page
}

func (b tab) visit(address string) {
	b.Helper()
	b.do(chromedp.Navigate(address))
}

func (b tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.Fatal(err)
	}
}

// follow does what leads to another page, and waits until that is loaded.
func (b tab) follow(steps ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	if _, err := chromedp.RunResponse(b.ctx, steps...); err != nil {
		b.Fatal(err)
	}
}

// js returns the value of an expression in the page.
func js[T any](b tab, expression string) T {
	b.Helper()
	value, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		b.Fatalf("%s: %v", expression, err)
	}
	return value
}

// await waits until an expression is true in the page.
func (b tab) await(expression string) {
	b.Helper()
	if _, err := chromedp.Run(b.ctx, chromedp.Poll[bool](expression, chromedp.WithPollingTimeout(time.Minute))); err != nil {
		b.Fatalf("%s does not come true: %v", expression, err)
	}
}

// expect compares the value of an expression.
func expect[T comparable](b tab, expression string, want T) {
	b.Helper()
	if got := js[T](b, expression); got != want {
		b.Errorf("%s is %v, want %v", expression, got, want)
	}
}

// prefer sets what the reader's system prefers: "light" or "dark".
func (b tab) prefer(scheme string) {
	b.Helper()
	_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	})
	if err != nil {
		b.Fatal(err)
	}
}

// report returns the address of a run's report on disk.
func (w *world) report(run string) string {
	return (&url.URL{Scheme: "file", Path: filepath.Join(w.store, run, "report.html")}).String()
}
