"use strict";
// The details of the counterexample's bars.
const detail = document.getElementById("detail");
for (const bar of document.querySelectorAll(".example .bar")) {
  const show = () => { detail.textContent = bar.getAttribute("aria-label"); };
  bar.addEventListener("focus", show);
  bar.addEventListener("pointerenter", show);
}

// The timeline of the run: the operations of the data, on a canvas.
const source = document.getElementById("data");
if (source) timeline(JSON.parse(source.textContent));

function timeline(data) {
  const canvas = document.getElementById("run"), form = document.getElementById("controls");
  const chosen = document.getElementById("chosen"), view = document.getElementById("view");
  const outcomes = ["ok", "fail", "info"], head = 20;
  const row = Math.max(3, Math.min(16, Math.floor(1600 / Math.max(data.lanes, 1)))); // with many clients, thin
  const gap = row > 8 ? 2 : 0;
  let from = 0, to = data.span, selected = null, drag = null;
  for (const shown of [canvas, form, chosen]) shown.hidden = false;
  const fill = (name, values) => values.forEach((v, i) => form.elements[name].add(new Option(v || "(none)", i)));
  fill("key", data.keys);
  fill("kind", data.kinds);

  function wanted() {
    const value = name => form.elements[name].value.trim();
    const key = value("key"), process = value("process"), kind = value("kind"), outcome = value("outcome");
    return data.ops.filter(o => (key === "" || o.k === +key) && (process === "" || o.p === +process) &&
      (kind === "" || o.o === +kind) && (outcome === "" || o.c === +outcome));
  }
  let ops = wanted();
  const x = t => (t - from) / (to - from) * canvas.clientWidth;
  const seconds = t => (t / 1e9).toFixed(Math.max(3, Math.min(9, Math.ceil(-Math.log10((to - from) / 1e9)) + 3))) + " s";

  function draw() {
    const width = canvas.clientWidth, height = head + row * Math.max(data.lanes, 1), scale = devicePixelRatio || 1;
    canvas.style.height = height + "px";
    canvas.width = width * scale;
    canvas.height = height * scale;
    const c = canvas.getContext("2d"), style = getComputedStyle(document.documentElement);
    const color = name => style.getPropertyValue("--" + name);
    c.scale(scale, scale);
    c.font = "10px system-ui,sans-serif";
    c.fillStyle = color("fault");
    for (const f of data.faults || []) {
      if (f.to >= from && f.from <= to) c.fillRect(x(f.from), head, Math.max(x(f.to) - x(f.from), 1), height);
    }
    c.strokeStyle = color("grid");
    for (let i = 0; i <= data.lanes; i++) {
      c.beginPath(); c.moveTo(0, head + i * row + .5); c.lineTo(width, head + i * row + .5); c.stroke();
    }
    c.fillStyle = color("soft");
    const marks = Math.max(2, Math.floor(width / 160));
    for (let i = 0; i <= marks; i++) {
      c.textAlign = i === 0 ? "left" : i === marks ? "right" : "center";
      c.fillText(seconds(from + (to - from) * i / marks), width * i / marks, 12);
    }
    c.textAlign = "left";
    for (const o of ops) {
      if (o.t < from || o.f > to) continue;
      const a = Math.max(x(o.f), -2), w = Math.max(Math.min(x(o.t), width + 2) - a, 1.5), y = head + o.l * row + gap;
      c.globalAlpha = .75;
      c.fillStyle = color(outcomes[o.c]);
      c.fillRect(a, y, w, row - 2 * gap);
      c.globalAlpha = 1;
      if (o.b || o === selected) {
        c.strokeStyle = color(o === selected ? "ink" : "bad");
        c.lineWidth = 2; c.strokeRect(a, y, w, row - 2 * gap); c.lineWidth = 1;
      }
      if (gap && w > 7 * o.s.length) { c.fillStyle = color("ground"); c.fillText(o.s, a + 4, y + 9); }
    }
    view.style.display = to - from < data.span ? "block" : "none";
    view.style.left = 100 * from / data.span + "%";
    view.style.width = Math.max(100 * (to - from) / data.span, .4) + "%";
  }
  function move(a, b) {
    const width = Math.min(Math.max(b - a, 100), data.span);
    from = Math.min(Math.max(a, 0), data.span - width);
    to = from + width;
    draw();
  }
  const zoom = (factor, at) => move(at - (at - from) * factor, at + (to - at) * factor);
  const middle = () => selected && selected.f >= from && selected.f <= to ? selected.f : (from + to) / 2;
  const acts = {
    in: () => zoom(.5, middle()), out: () => zoom(2, middle()), all: () => move(0, data.span),
    back: () => move(from - (to - from) / 4, to - (to - from) / 4),
    on: () => move(from + (to - from) / 4, to + (to - from) / 4),
    next: () => step(1), previous: () => step(-1),
  };
  function choose(o) {
    if (o === selected) return;
    selected = o;
    if (o) chosen.textContent = `line ${o.n}, process ${o.p}, key ${data.keys[o.k]}: ${o.s} · ${outcomes[o.c]}, from ${(o.f / 1e9).toFixed(9)} s, ${((o.t - o.f) / 1e6).toFixed(3)} ms` + (o.b ? " · named by a violation" : "");
    draw();
  }
  function step(by) {
    if (!ops.length) return;
    let i = ops.indexOf(selected);
    i = i < 0 ? Math.max(0, ops.findIndex(o => o.f >= from)) : Math.min(Math.max(i + by, 0), ops.length - 1);
    const o = ops[i];
    if (o.f < from || o.f > to) move(o.f - (to - from) / 2, o.f + (to - from) / 2);
    choose(o);
  }
  form.addEventListener("input", () => { ops = wanted(); selected = null; chosen.textContent = `${ops.length} operations`; draw(); });
  form.addEventListener("submit", e => e.preventDefault());
  form.addEventListener("click", e => { const act = acts[e.target.dataset.do]; if (act) act(); });
  canvas.addEventListener("keydown", e => {
    const act = acts[{ "+": "in", "=": "in", "-": "out", ArrowLeft: "back", ArrowRight: "on", 0: "all", n: "next", p: "previous" }[e.key]];
    if (act && !e.ctrlKey && !e.metaKey) { e.preventDefault(); act(); }
  });
  canvas.addEventListener("wheel", e => {
    if (!e.ctrlKey && !e.metaKey) return; // the page scrolls
    e.preventDefault();
    zoom(e.deltaY > 0 ? 1.3 : 1 / 1.3, from + e.offsetX / canvas.clientWidth * (to - from));
  }, { passive: false });
  canvas.addEventListener("pointerdown", e => { drag = { x: e.offsetX, from, to }; canvas.setPointerCapture(e.pointerId); });
  canvas.addEventListener("pointerup", () => { drag = null; });
  canvas.addEventListener("pointermove", e => {
    if (drag) {
      const by = (drag.x - e.offsetX) / canvas.clientWidth * (drag.to - drag.from);
      move(drag.from + by, drag.to + by);
      return;
    }
    const lane = Math.floor((e.offsetY - head) / row);
    choose(ops.find(o => o.l === lane && x(o.f) - 2 <= e.offsetX && Math.max(x(o.t), x(o.f) + 1.5) + 2 >= e.offsetX) || selected);
  });
  document.getElementById("window").addEventListener("click", e => {
    const at = e.offsetX / e.currentTarget.clientWidth * data.span;
    const width = to - from < data.span ? to - from : data.span / 10;
    move(at - width / 2, at + width / 2);
  });
  addEventListener("resize", draw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  draw();
}
