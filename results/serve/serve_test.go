package serve_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/results/serve"
	"github.com/assay-dev/assay/workload/history"
)

// evil is markup that is to stay text.
const evil = `<script>alert(1)</script>"'&amp;</table>`

// leave writes what a run leaves behind, named after its number: the later, the newer.
func leave(t testing.TB, store string, number int, change func(*results.Run, *results.Result)) (path string) {
	t.Helper()
	start := time.Date(2026, 11, 1, 0, 0, number, 0, time.UTC)
	dir, err := results.Create(store, "some", start)
	if err != nil {
		t.Fatal(err)
	}
	seed := uint64(1000 + number)
	run := results.Run{Name: "some", Object: history.Consensus, Store: "bolt:///x/store.bolt", Seed: seed, Started: start, Command: "assay run"}
	result := results.Result{Verdict: checker.Valid, Object: history.Consensus, Store: run.Store, Seed: &seed, Operations: 1234, Dir: dir}
	if change != nil {
		change(&run, &result)
	}
	for _, err := range []error{run.Save(dir), result.Save()} {
		if err != nil {
			t.Fatal(err)
		}
	}
	path, err = filepath.Rel(store, dir)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func put(t testing.TB, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// open serves a store directory to this machine.
func open(t testing.TB, store string) *serve.Server {
	t.Helper()
	s, err := serve.New(store, true)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// ask sends a request with the path as it stands, and returns the answer.
func ask(t testing.TB, s *serve.Server, path string) (status int, header http.Header, body string) {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, "http://127.0.0.1:7357/", nil)
	path, r.URL.RawQuery, _ = strings.Cut(path, "?")
	r.URL.Path, r.URL.RawPath = unescape(t, path), path
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	text, err := io.ReadAll(w.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	return w.Code, w.Result().Header, string(text)
}

func unescape(t testing.TB, path string) string {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, "http://h"+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r.URL.Path
}

// inOrder reports whether the texts follow each other in body.
func inOrder(body string, texts ...string) bool {
	for _, text := range texts {
		_, after, found := strings.Cut(body, text)
		if !found {
			return false
		}
		body = after
	}
	return true
}

func TestTheTableHasTheNewestRunFirst(t *testing.T) {
	store := t.TempDir()
	old, newer := leave(t, store, 1, nil), leave(t, store, 2, nil)
	_, _, body := ask(t, open(t, store), "/")
	if !inOrder(body, "2 of 2 runs", newer, "1,234", "1002", old, "1001") {
		t.Errorf("the runs are missing or in another order:\n%s", body)
	}
}

func TestTheTableIsFilteredAndSearched(t *testing.T) {
	store := t.TempDir()
	leave(t, store, 1, nil)
	leave(t, store, 2, func(run *results.Run, r *results.Result) {
		r.Verdict, run.Store, run.Faults = checker.Invalid, "local:postgres?replica=async", []string{"unreliable=0.1", "kill"}
		r.Violations = []results.Violation{{Key: "Some/Key", Clause: "C6"}}
	})
	s := open(t, store)
	for query, want := range map[string]string{
		"":                          "1001 1002",
		"?verdict=invalid":          "1002",
		"?verdict=undecided":        "",
		"?store=bolt":               "1001",
		"?store=local:postgres":     "1002",
		"?fault=unreliable":         "1002",
		"?fault=kill":               "1002",
		"?fault=none":               "1001",
		"?q=1001":                   "1001",
		"?q=some/key":               "1002",
		"?q=C6+async":               "1002",
		"?q=C6+bolt":                "",
		"?q=%25":                    "",
		"?q=bolt&verdict=valid":     "1001",
		"?page=17":                  "1001 1002",
		"?page=-3":                  "1001 1002",
		"?fault=none&store=bolt&q=": "1001",
	} {
		_, _, body := ask(t, s, "/"+query)
		var got []string
		for _, seed := range []string{"1001", "1002"} {
			if strings.Contains(body, `<td class="number">`+seed) {
				got = append(got, seed)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("/%s has the runs %v, want %s", query, got, want)
		}
	}
}

func TestThePageOfARunHasItsFilesAndReport(t *testing.T) {
	store := t.TempDir()
	run := leave(t, store, 1, func(_ *results.Run, r *results.Result) {
		r.Verdict, r.Violations = checker.Invalid, []results.Violation{{Key: "k", Clause: "C6", Explanation: "the head went back"}}
		r.Evidence.Conflicts.Mismatches = 4321
	})
	put(t, filepath.Join(store, run, "report.html"), "<p>the report</p>")
	put(t, filepath.Join(store, run, "counterexample.txt"), "process 0 [1 head]")
	put(t, filepath.Join(store, run, "store/inner.txt"), "of the store")
	s := open(t, store)
	status, header, body := ask(t, s, "/run/"+run)
	if status != http.StatusOK || !strings.Contains(header.Get("Content-Security-Policy"), "default-src 'none'") {
		t.Errorf("status %d, headers %v", status, header)
	}
	for _, want := range []string{"invalid", "4,321 mismatches", "the head went back", "Head returns the newest version", "process 0 [1 head]",
		`sandbox="allow-scripts"`, `src="/file/` + run + `/report.html"`, `href="/file/` + run + `/run.json"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %s:\n%s", want, body)
		}
	}
	status, header, body = ask(t, s, "/file/"+run+"/report.html")
	if status != http.StatusOK || body != "<p>the report</p>" {
		t.Errorf("status %d: %s", status, body)
	}
	for name, want := range map[string]string{"Content-Type": "text/html; charset=utf-8", "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox allow-scripts;"} {
		if !strings.HasPrefix(header.Get(name), want) {
			t.Errorf("%s is %q, want %q", name, header.Get(name), want)
		}
	}
	if _, header, _ := ask(t, s, "/file/"+run+"/run.json?download"); !strings.HasPrefix(header.Get("Content-Disposition"), "attachment") {
		t.Errorf("a download is shown: %v", header)
	}
	if status, _, _ := ask(t, s, "/file/"+run+"/store/inner.txt"); status != http.StatusNotFound {
		t.Errorf("a file of the tested store is served with status %d", status)
	}
	if status, header, _ := ask(t, s, "/run/latest"); status != http.StatusFound || header.Get("Location") != "/run/"+run {
		t.Errorf("latest: status %d, location %q", status, header.Get("Location"))
	}
}

func TestARunOfTwoStoresIsOnePageWithALinkForEach(t *testing.T) {
	store := t.TempDir()
	for _, object := range []string{"consensus", "blob"} {
		dir := filepath.Join(store, "embedded/20261101T000000Z", object)
		put(t, filepath.Join(dir, "run.json"), `{"store":"mem:"}`)
		put(t, filepath.Join(dir, "results.json"), `{"verdict":"valid"}`)
	}
	s := open(t, store)
	if _, _, body := ask(t, s, "/run/embedded/20261101T000000Z"); !inOrder(body, "/run/embedded/20261101T000000Z/blob", "/run/embedded/20261101T000000Z/consensus", "Side by side") {
		t.Errorf("the parts are missing:\n%s", body)
	}
	if _, _, body := ask(t, s, "/run/embedded/20261101T000000Z/blob"); !strings.Contains(body, "/compare?run=embedded%2f20261101T000000Z%2fblob&amp;run=embedded%2f20261101T000000Z%2fconsensus") {
		t.Errorf("the other part is missing:\n%s", body)
	}
}

func TestTwoRunsStandSideBySide(t *testing.T) {
	store := t.TempDir()
	a := leave(t, store, 1, nil)
	b := leave(t, store, 2, func(_ *results.Run, r *results.Result) { r.Verdict = checker.Undecided })
	put(t, filepath.Join(store, b, "latency.svg"), "<svg/>")
	s := open(t, store)
	status, _, body := ask(t, s, "/compare?run="+a+"&run="+b)
	if status != http.StatusOK || !inOrder(body, a, b, `class="differ"><th>verdict</th><td>valid</td><td>undecided</td>`, "<tr><th>object</th>", "/file/"+b+"/latency.svg") {
		t.Errorf("status %d:\n%s", status, body)
	}
	for _, query := range []string{"", "?run=" + a, "?run=" + a + "&run=" + b + "&run=" + b, "?run=" + a + "&run=../x"} {
		if status, _, _ := ask(t, s, "/compare"+query); status < 400 {
			t.Errorf("/compare%s has status %d", query, status)
		}
	}
}

func TestWhatCameFromAStoreIsText(t *testing.T) {
	store := t.TempDir()
	run := leave(t, store, 1, func(run *results.Run, r *results.Result) {
		run.Name, run.Store, run.Command, run.Versions.Assay, run.Faults = evil, evil, evil, evil, []string{evil}
		r.Verdict, r.Store, r.Reason, r.History = checker.Invalid, evil, evil, evil
		r.Violations = []results.Violation{{Key: evil, Clause: evil, Explanation: evil, Argument: evil}}
		r.Undecided = []results.UndecidedKey{{Key: evil, Reason: evil}}
	})
	dir := filepath.Join(store, run)
	put(t, filepath.Join(dir, "counterexample.txt"), evil)
	put(t, filepath.Join(dir, `<img src=x onerror=alert(1)>.txt`), evil)
	odd := filepath.Join(store, `"><img src=x onerror=alert(2)>`, "20261101T000009Z")
	put(t, filepath.Join(odd, "run.json"), "{"+evil)
	s := open(t, store)
	for _, page := range []string{"/", "/?q=%3Cscript%3E&store=%22%3E%3Cimg&verdict=%3Cimg", "/run/" + run, "/compare?run=" + run + "&run=" + run,
		"/run/%22%3E%3Cimg%20src=x%20onerror=alert(2)%3E/20261101T000009Z", "/nowhere/%3Cscript%3E", "/run/%3Cscript%3E"} {
		_, header, body := ask(t, s, page)
		if strings.Contains(body, "<script>") || strings.Contains(body, "<img src=x") || strings.Contains(body, "&amp;</table>") {
			t.Errorf("%s has markup that came from a store:\n%s", page, body)
		}
		if !strings.Contains(header.Get("Content-Security-Policy"), "script-src 'self'") {
			t.Errorf("%s has the policy %q", page, header.Get("Content-Security-Policy"))
		}
	}
}

func TestPathsOutsideTheStoreAreRefused(t *testing.T) {
	parent := t.TempDir()
	store := filepath.Join(parent, "store")
	run := leave(t, store, 1, nil)
	secret := filepath.Join(parent, "secret")
	put(t, filepath.Join(secret, "run.json"), `{"name":"secret"}`)
	put(t, filepath.Join(store, "bare.txt"), "secret")
	put(t, filepath.Join(store, run, ".hidden"), "secret")
	for link, target := range map[string]string{"out": secret, "some/up": "../../secret", run + "/file.txt": filepath.Join(secret, "run.json"), run + "/relative.txt": "../../../secret/run.json"} {
		if err := os.Symlink(target, filepath.Join(store, link)); err != nil {
			t.Fatal(err)
		}
	}
	s := open(t, store)
	for _, path := range []string{
		"..", "../secret", "%2e%2e/secret", "..%2fsecret", "%2e%2e%2fsecret", ".%2e%2fsecret", run + "/../../../secret", run + "/..%2f..%2f..%2fsecret",
		"/" + secret, "%2f" + strings.ReplaceAll(secret[1:], "/", "%2f"), "..%5csecret", "out", "some/up", run + "%00", "%00", "", ".", run + "/.", run + "//",
	} {
		for _, request := range []string{"/run/" + path, "/file/" + path + "/run.json", "/file/" + path + "%2frun.json", "/compare?run=" + path + "&run=" + run} {
			if run+"/." == path || run+"//" == path || run+"%00" == path {
				request = strings.Replace(request, "/run.json", "/results.xml", 1)
			}
			status, _, body := ask(t, s, request)
			if status == http.StatusOK || strings.Contains(body, `"secret"`) {
				t.Errorf("%s has status %d:\n%s", request, status, body)
			}
		}
	}
	for _, name := range []string{"bare.txt", run + "/.hidden", run + "/file.txt", run + "/relative.txt", run, run + "/file.txt%00.json"} {
		if status, _, body := ask(t, s, "/file/"+name); status != http.StatusNotFound || strings.Contains(body, `secret"`) {
			t.Errorf("/file/%s has status %d:\n%s", name, status, body)
		}
	}
	if _, _, body := ask(t, s, "/"); strings.Contains(body, "secret") || !strings.Contains(body, "1 of 1 runs") {
		t.Errorf("the table follows links:\n%s", body)
	}
	if _, _, body := ask(t, s, "/run/"+run); strings.Contains(body, "hidden") || strings.Contains(body, "relative.txt") {
		t.Errorf("the page lists what is not served:\n%s", body)
	}
}

func TestOnlyThisMachineIsAnswered(t *testing.T) {
	store := t.TempDir()
	for host, want := range map[string]int{
		"127.0.0.1:7357": 200, "localhost": 200, "LOCALHOST:80": 200, "[::1]:7357": 200, "127.8.8.8": 200,
		"evil.example": 421, "evil.example:7357": 421, "127.0.0.1.evil.example": 421, "localhost.evil.example:7357": 421, "": 421, "10.0.0.1": 421, "[::1": 421,
	} {
		for local, want := range map[bool]int{true: want, false: 200} {
			s, err := serve.New(store, local)
			if err != nil {
				t.Fatal(err)
			}
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.Host = host
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			if w.Code != want && !(want == 421 && host == "[::1") {
				t.Errorf("host %q, local %v: status %d, want %d", host, local, w.Code, want)
			}
			s.Close()
		}
	}
}

func TestNothingIsWritten(t *testing.T) {
	store := t.TempDir()
	s := open(t, store)
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodPatch, http.MethodOptions} {
		r := httptest.NewRequest(method, "http://localhost/", nil)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != http.StatusMethodNotAllowed {
			t.Errorf("%s has status %d", method, w.Code)
		}
	}
}

func TestWhatARunLeftUnfinishedIsShownAsSuch(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string
		want  []string
	}{
		"only described":    {map[string]string{"run.json": `{"seed":7}`}, []string{"no verdict", "under way"}},
		"nothing":           {map[string]string{"assay.log": ""}, []string{"damaged", "missing"}},
		"only a history":    {map[string]string{"history.jsonl.zst": "x"}, []string{"damaged", "missing"}},
		"no JSON":           {map[string]string{"run.json": "{}", "results.json": "{"}, []string{"damaged", "results.json cannot be read"}},
		"a wrong type":      {map[string]string{"run.json": `{"seed":"x"}`, "results.json": `{"verdict":"valid"}`}, []string{"damaged", "run.json cannot be read"}},
		"no known verdict":  {map[string]string{"run.json": "{}", "results.json": `{"verdict":"splendid"}`}, []string{"damaged", "splendid"}},
		"an empty result":   {map[string]string{"run.json": "{}", "results.json": ""}, []string{"damaged"}},
		"a broken report":   {map[string]string{"run.json": "{}", "results.json": `{"verdict":"valid"}`, "report.html": ""}, []string{"valid"}},
		"only the result":   {map[string]string{"results.json": `{"verdict":"valid"}`}, []string{"valid"}},
		"JSON but no table": {map[string]string{"run.json": "[]", "results.json": "7"}, []string{"damaged"}},
	} {
		store := t.TempDir()
		for file, text := range c.files {
			put(t, filepath.Join(store, "some/20261101T000000Z", file), text)
		}
		s := open(t, store)
		for _, page := range []string{"/", "/run/some/20261101T000000Z"} {
			status, _, body := ask(t, s, page)
			for _, want := range c.want {
				if status != http.StatusOK || !strings.Contains(body, want) {
					t.Errorf("%s: %s has status %d and lacks %q:\n%s", name, page, status, want, body)
				}
			}
		}
	}
}

func TestATableFollowsWhatBecomesOfItsRuns(t *testing.T) {
	store := t.TempDir()
	put(t, filepath.Join(store, "some/20261101T000000Z/run.json"), "{}")
	s := open(t, store)
	for _, step := range []struct{ file, text, want string }{
		{"run.json", "{}", "no verdict"},
		{"results.json", `{"verdict":"invalid"}`, "invalid"},
		{"results.json", `{"verdict":"undecided"}`, "undecided"},
	} {
		put(t, filepath.Join(store, "some/20261101T000000Z", step.file), step.text)
		if _, _, body := ask(t, s, "/"); !strings.Contains(body, `">`+step.want+"</span>") {
			t.Errorf("the table lacks %s:\n%s", step.want, body)
		}
	}
	if err := os.RemoveAll(filepath.Join(store, "some")); err != nil {
		t.Fatal(err)
	}
	if _, _, body := ask(t, s, "/"); !strings.Contains(body, "No run") {
		t.Errorf("a run that is gone is in the table:\n%s", body)
	}
}

func TestThousandsOfRunsComeInPages(t *testing.T) {
	store := t.TempDir()
	for i := range 450 {
		dir := filepath.Join(store, "many", time.Unix(int64(i), 0).UTC().Format("20060102T150405Z"))
		put(t, filepath.Join(dir, "run.json"), fmt.Sprintf(`{"seed":%d}`, 5000+i))
	}
	s := open(t, store)
	for page, want := range map[string][2]string{"1": {"5449", "5250"}, "2": {"5249", "5050"}, "3": {"5049", "5000"}} {
		_, _, body := ask(t, s, "/?page="+page+"&fault=none")
		if !inOrder(body, "450 of 450 runs", want[0]+"</td>", want[1]+"</td>", "page "+page+" of 3") || strings.Count(body, "<tr><td>") > 200 {
			t.Errorf("page %s lacks %v", page, want)
		}
	}
	if _, _, body := ask(t, s, "/?fault=none"); !strings.Contains(body, `href="/?fault=none&amp;page=2"`) {
		t.Error("the next page forgets the filter")
	}
}

func BenchmarkATableOfFiveThousandRuns(b *testing.B) {
	store := b.TempDir()
	for i := range 5000 {
		leave(b, store, i, nil)
	}
	for _, kept := range []bool{false, true} {
		b.Run(fmt.Sprintf("kept=%v", kept), func(b *testing.B) {
			s := open(b, store)
			for b.Loop() {
				if !kept {
					s = open(b, store)
				}
				if status, _, _ := ask(b, s, "/"); status != http.StatusOK {
					b.Fatal(status)
				}
			}
		})
	}
}
