package browser

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

func fromDisk(t *testing.T, w *world) {
	b := w.open(t, w.report(w.invalid))
	// The brightness of the page and of its text, from 0 to 255.
	light := func(property string) float64 {
		return js[float64](b, `(c => (c[0] + c[1] + c[2]) / 3)(getComputedStyle(document.body).`+property+`.match(/\d+/g).map(Number))`)
	}
	for _, scheme := range []string{"light", "dark"} {
		b.prefer(scheme)
		ground, ink := light("backgroundColor"), light("color")
		if scheme == "light" && (ground < 200 || ink > 90) || scheme == "dark" && (ground > 60 || ink < 180) {
			t.Errorf("in the %s the page has brightness %v and its text %v", scheme, ground, ink)
		}
	}
	for _, width := range []int64{1200, 768, 360} {
		b.do(chromedp.EmulateViewport(width, 740))
		for _, run := range []string{w.invalid, w.evil, filepath.Join(w.two, "blob")} {
			b.visit(w.report(run))
			expect(b, `document.documentElement.scrollWidth <= innerWidth`, true)
			expect(b, `performance.getEntriesByType("resource").length`, 0) // it needs nothing else
		}
	}
	expect(b, `parseFloat(getComputedStyle(document.body).fontSize) >= 14`, true)
}

// operations counts the timeline's operations under a condition.
func operations(b tab, condition string) int {
	return js[int](b, `JSON.parse(document.getElementById("data").textContent).ops.filter(o => `+condition+`).length`)
}

func timeline(t *testing.T, w *world) {
	b := w.open(t, w.report(w.invalid))
	const window = `parseFloat(document.getElementById("view").style.width)`
	said := func() string { return js[string](b, `document.getElementById("chosen").textContent`) }
	b.do(chromedp.Focus(chromedp.CSS("#run")), chromedp.KeyEvent("+"))
	expect(b, window, 50.0)
	b.do(chromedp.KeyEvent("+"))
	expect(b, window, 25.0)
	from := js[float64](b, `parseFloat(document.getElementById("view").style.left)`)
	b.do(chromedp.KeyEvent("\u0303")) // the arrow to the right
	if to := js[float64](b, `parseFloat(document.getElementById("view").style.left)`); to <= from {
		t.Errorf("the arrow moves from %v %% to %v %%", from, to)
	}
	b.do(chromedp.KeyEvent("n"))
	first := said()
	b.do(chromedp.KeyEvent("n"))
	if second := said(); !strings.HasPrefix(first, "line ") || !strings.HasPrefix(second, "line ") || first == second {
		t.Errorf("the keys go from %q to %q", first, second)
	}
	b.do(chromedp.KeyEvent("0"))
	expect(b, `document.getElementById("view").style.display`, "none")

	choose := func(name, value string) string {
		js[bool](b, `(s => { s.value = "`+value+`"; return s.dispatchEvent(new Event("input", {bubbles: true})); })(document.querySelector("#controls [name=`+name+`]"))`)
		return said()
	}
	for _, c := range []struct{ name, value, condition string }{
		{"outcome", "2", "o.c === 2"}, {"kind", "1", "o.c === 2 && o.o === 1"}, {"kind", "", "o.c === 2"},
		{"outcome", "", "true"}, {"key", "0", "o.k === 0"}, {"process", "3", "o.k === 0 && o.p === 3"}, {"key", "", "o.p === 3"}, {"process", "", "true"},
	} {
		want := js[string](b, `JSON.parse(document.getElementById("data").textContent).ops.filter(o => `+c.condition+`).length + " operations"`)
		if got := choose(c.name, c.value); got != want {
			t.Errorf("with %s %q the timeline has %s, want %s", c.name, c.value, got, want)
		}
	}
	if all := operations(b, "true"); all == 0 || all > 3000 {
		t.Errorf("the timeline has %d operations", all)
	}
	point(b, `.5, .5`, `new WheelEvent("wheel", {deltaY: -100, ctrlKey: true, cancelable: true, clientX: x, clientY: y})`)
	if width := js[float64](b, window); width > 80 {
		t.Errorf("the wheel zooms to %v %%", width)
	}
}

// point sends an event to a place of the timeline, told in parts of its size.
func point(b tab, place, event string) {
	js[bool](b, `((c, [px, py]) => { const r = c.getBoundingClientRect(), x = r.left + r.width * px, y = r.top + r.height * py; c.dispatchEvent(`+event+`); return true; })(document.getElementById("run"), [`+place+`])`)
}

func counterexample(t *testing.T, w *world) {
	b := w.open(t, w.report(w.invalid))
	detail := func() string { return js[string](b, `document.getElementById("detail").textContent`) }
	if bars := js[int](b, `document.querySelectorAll(".example .bar").length`); bars < 2 {
		t.Fatalf("the counterexample has %d bars", bars)
	}
	if forced := js[int](b, `document.querySelectorAll(".example .bar.force").length`); forced == 0 {
		t.Error("nothing is highlighted")
	}
	b.do(chromedp.Focus(chromedp.CSS(".example .bar")))
	focused := detail()
	b.do(chromedp.KeyEvent("\t"))
	if next := detail(); !strings.HasPrefix(focused, "line ") || !strings.HasPrefix(next, "line ") || focused == next {
		t.Errorf("the tab key goes from %q to %q", focused, next)
	}
	js[bool](b, `(document.activeElement.blur(), document.querySelector(".example").scrollIntoView({block: "center"}), true)`)
	at := js[[]float64](b, `(r => [r.x + r.width / 2, r.y + r.height / 2])(document.querySelector(".example .bar rect").getBoundingClientRect())`)
	b.do(chromedp.MouseEvent("mouseMoved", at[0], at[1]))
	if hovered := detail(); hovered != focused {
		t.Errorf("pointing says %q, the keyboard said %q", hovered, focused)
	}
}

// takePictures keeps a picture of each kind of page, for people.
func takePictures(t *testing.T, w *world) {
	if *pictures == "" {
		t.Skip("no -pictures")
	}
	if err := os.MkdirAll(*pictures, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, p := range []struct {
		name, page, scheme string
		width, height      int64
		whole              bool
	}{
		{"report", w.report(w.invalid), "light", 1000, 900, false},
		{"report-whole", w.report(w.invalid), "light", 1000, 900, true},
		{"report-dark", w.report(w.invalid), "dark", 1000, 900, true},
		{"report-phone", w.report(w.invalid), "light", 360, 740, true},
		{"report-valid", w.report(filepath.Join(w.two, "blob")), "light", 1000, 900, true},
		{"report-evil", w.report(w.evil), "light", 1000, 900, true},
		{"table", "/", "light", 1200, 500, false},
		{"table-dark", "/", "dark", 1200, 500, false},
		{"table-phone", "/", "light", 360, 740, false},
		{"run", "/run/" + w.invalid, "light", 1200, 900, false},
		{"run-phone", "/run/" + w.invalid, "light", 360, 740, true},
		{"compare-phone", "/compare?run=" + w.invalid + "&run=" + w.two + "/blob", "light", 360, 740, true},
		{"compare", "/compare?run=" + w.invalid + "&run=" + w.two + "/blob", "light", 1200, 900, true},
	} {
		b := w.open(t, "about:blank")
		b.prefer(p.scheme)
		b.do(chromedp.EmulateViewport(p.width, p.height))
		b.visit(w.at(p.page))
		if p.name == "report" { // as far as the drawing goes
			p.height = js[int64](b, `Math.ceil(document.querySelector(".example").getBoundingClientRect().bottom) + 70`)
			b.do(chromedp.EmulateViewport(p.width, p.height))
		}
		js[bool](b, `document.querySelector("iframe") ? (document.querySelector("iframe").scrollIntoView(), true) : false`)
		take := chromedp.CaptureScreenshot()
		if p.whole {
			take = chromedp.FullScreenshot(100)
		}
		picture, err := chromedp.Run(b.ctx, take)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(*pictures, p.name+".png"), picture, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
