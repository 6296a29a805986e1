"use strict";
// All works without this; with it, the table answers at once.
const filter = document.getElementById("filter");
if (filter) {
  filter.addEventListener("change", e => { if (e.target.matches("select")) filter.requestSubmit(); });
  addEventListener("keyup", e => {
    if (e.key === "/" && !e.target.matches("input,select")) filter.elements.q.focus();
  });
}
// Exactly two runs stand side by side: choosing a third lets the first one go.
const chosen = document.getElementById("chosen");
if (chosen) {
  const button = chosen.querySelector("button");
  let order = [...chosen.querySelectorAll("input:checked")];
  const update = () => { button.disabled = order.length !== 2; };
  chosen.addEventListener("change", e => {
    order = order.filter(box => box !== e.target);
    if (e.target.checked) order.push(e.target);
    if (order.length > 2) order.shift().checked = false;
    update();
  });
  addEventListener("pageshow", () => { order = [...chosen.querySelectorAll("input:checked")].slice(0, 2); update(); });
  update();
}
