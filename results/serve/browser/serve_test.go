package browser

import (
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

const rows = `document.querySelectorAll(".runs tbody tr").length`

func filtering(t *testing.T, w *world) {
	b := w.open(t, "/")
	expect(b, rows, 4)
	expect(b, `document.querySelector("output").textContent`, "4 of 4 runs")
	expect(b, `document.querySelector(".runs tbody tr:last-child a").textContent.startsWith("evil/")`, true) // the oldest
	b.do(chromedp.KeyEvent("/"))
	expect(b, `document.activeElement.name`, "q")
	b.follow(chromedp.KeyEvent("defective C6"), chromedp.KeyEvent("\r"))
	expect(b, `document.querySelector("output").textContent`, "1 of 4 runs")
	expect(b, `document.querySelector("[name=q]").value`, "defective C6")
	b.visit(w.at("/"))
	b.follow(chromedp.SendKeys(chromedp.CSS("[name=verdict]"), "valid"))
	expect(b, `document.querySelector("output").textContent`, "2 of 4 runs")
	expect(b, `[...document.querySelectorAll(".runs .verdict")].every(v => v.textContent === "valid")`, true)
	b.visit(w.at("/?fault=unreliable&store=defective:cached-head"))
	expect(b, rows, 1)
	expect(b, `document.querySelector("[name=fault]").value`, "unreliable")
}

func withoutScripts(t *testing.T, w *world) {
	b := w.open(t, "about:blank")
	if _, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	b.visit(w.at("/"))
	b.do(chromedp.SendKeys(chromedp.CSS("[name=q]"), "cached-head"))
	b.follow(chromedp.Click(chromedp.CSS("#filter button")))
	text, err := chromedp.Run(b.ctx, chromedp.Text(chromedp.CSS("output")))
	if err != nil || text != "1 of 4 runs" {
		t.Errorf("the table says %q, %v", text, err)
	}
}

func sideBySide(t *testing.T, w *world) {
	b := w.open(t, "/")
	expect(b, `document.querySelector("#chosen button").disabled`, true)
	for i := range 3 {
		b.do(chromedp.Click(chromedp.CSS(`.runs tbody tr:nth-child(` + string(rune('1'+i)) + `) input`)))
	}
	expect(b, `document.querySelectorAll(".runs input:checked").length`, 2)
	expect(b, `document.querySelector(".runs tbody tr input").checked`, false) // the first one
	b.follow(chromedp.Click(chromedp.CSS("#chosen button")))
	expect(b, `location.pathname`, "/compare")
	expect(b, `document.querySelectorAll(".sides thead a").length`, 2)
	expect(b, `[...document.querySelectorAll("tr.differ th")].some(th => th.textContent === "verdict")`, true)
	js[bool](b, `(window.scrollTo(0, document.body.scrollHeight), true)`) // pictures are loaded when they are seen
	b.await(`[...document.querySelectorAll(".sides img")].every(i => i.complete && i.naturalWidth > 0)`)
	expect(b, `document.querySelectorAll(".sides img").length`, 4)
}

func pageOfARun(t *testing.T, w *world) {
	b := w.open(t, "/")
	b.follow(chromedp.Click(chromedp.CSS(`a[href="/run/` + w.invalid + `"]`)))
	expect(b, `document.querySelector("h1 .verdict").textContent`, "invalid")
	expect(b, `document.querySelector("pre").textContent.includes("process")`, true)
	expect(b, `document.querySelector("iframe").clientHeight > 500`, true)
	expect(b, `document.querySelector("iframe").contentDocument`, (*int)(nil)) // it is another origin
	for _, name := range []string{"report.html", "results.json", "latency.svg", "counterexample.txt", "counterexample.html", "junit.xml"} {
		expect(b, `document.querySelectorAll('a[href="/file/`+w.invalid+`/`+name+`"]').length`, 1)
	}
	b.visit(w.at("/run/" + w.two))
	expect(b, `document.querySelectorAll("main li").length`, 2)
	b.do(chromedp.EmulateViewport(360, 740))
	for _, page := range []string{"/", "/run/" + w.invalid, "/compare?run=" + w.invalid + "&run=" + w.evil} {
		b.visit(w.at(page))
		expect(b, `document.documentElement.scrollWidth <= innerWidth`, true)
	}
}

// certificates has a store directory of its own: that of a certification.
func certificates(t *testing.T, w *world) {
	own := &world{browser: w.browser, assay: w.assay, store: t.TempDir()}
	suite := filepath.Join(t.TempDir(), "suite.yaml")
	text := `{suite: one, workloads: [{name: short, operations: 2000}], stores: [{name: memory, object: blob, url: "mem:"}]}`
	if err := os.WriteFile(suite, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	certify := exec.CommandContext(t.Context(), own.assay, "certify", suite, "--dir", filepath.Join(own.store, "kept"))
	if text, err := certify.CombinedOutput(); certify.ProcessState.ExitCode() < 0 {
		t.Fatalf("%v: %s", err, text)
	}
	own.serve(t)
	b := own.open(t, "/", "Content Security Policy")
	b.await(`(i => i.complete && i.naturalWidth > 100)(document.querySelector(".certificates img"))`)
	expect(b, rows, 1)
	b.follow(chromedp.Click(chromedp.CSS(".certificates a")))
	expect(b, `location.pathname`, "/file/kept/certificate.html")
	b.do(chromedp.Click(chromedp.CSS("details summary")))
	b.follow(chromedp.Click(chromedp.CSS(`a[href$="/report.html"]`)))
	expect(b, `document.getElementById("run").hidden`, false)
}

func sandbox(t *testing.T, w *world) {
	b := w.open(t, "/file/"+w.invalid+"/report.html", "Content Security Policy")
	expect(b, `self.origin`, "null")
	expect(b, `document.getElementById("run").hidden`, false) // its scripts run
	attempt := `(async () => { try { await fetch("` + w.address + `/"); return "answered"; } catch { return "refused"; } })()`
	value, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](attempt, chromedp.EvalAwaitPromise))
	if err != nil || value != "refused" {
		t.Errorf("from its sandbox the report is %q, %v", value, err)
	}
}

func markup(t *testing.T, w *world) {
	b := w.open(t, "/")
	for _, page := range []string{"/", "/?q=" + url.QueryEscape(evil), "/run/" + w.evil, "/compare?run=" + w.evil + "&run=" + w.evil,
		"/file/" + w.evil + "/report.html", "/file/" + w.evil + "/latency.svg", "/file/" + w.evil + "/counterexample.html", w.report(w.evil)} {
		b.visit(w.at(page))
		if title := js[string](b, `document.title ?? ""`); title == "alive" {
			t.Errorf("%s has markup that came from a store", page)
		}
		expect(b, `document.querySelectorAll("img[src=x]").length`, 0)
	}
	b.visit(w.at("/run/" + w.evil))
	if text := js[string](b, `document.body.textContent`); !strings.Contains(text, "<img src=x onerror") {
		t.Error("the names are not shown as they are")
	}
}

// rebinding visits the server under the name of somebody else, which resolves to this
// machine.
func rebinding(t *testing.T, w *world) {
	b := w.open(t, "about:blank", "421")
	address, err := url.Parse(w.address)
	if err != nil {
		t.Fatal(err)
	}
	response, err := chromedp.RunResponse(b.ctx, chromedp.Navigate("http://evil.example:"+address.Port()+"/"))
	if err != nil || response.Status != 421 {
		t.Errorf("a page of another name is answered with %+v, %v", response, err)
	}
}
