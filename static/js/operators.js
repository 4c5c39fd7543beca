// The editor of an operator: draws it anew whenever the server has looked at it, and keeps what was opened.

import { draw, layout } from "./graph.js";

const NARROW = 560; // pixels: below, it is drawn from top to bottom
const form = document.getElementById("declare");

function show() {
  const data = document.getElementById("drawn");
  const frame = document.getElementById("drawing");
  if (!data || !frame) return;
  const graph = JSON.parse(data.textContent)[document.getElementById("every-step").checked ? "every" : "folded"];
  const placed = layout(graph, frame.clientWidth < NARROW ? "TB" : "LR");
  const svg = draw(placed, { label: `${graph.nodes.length - 1} steps` });
  const zoom = Math.min(1, frame.clientWidth / placed.width);
  svg.setAttribute("width", Math.floor(placed.width * zoom));
  svg.setAttribute("height", Math.floor(placed.height * zoom));
  frame.replaceChildren(svg);
}

Idiomorph.defaults.ignoreActiveValue = true; // an answer that comes while somebody types takes nothing away

// JSON and the kind of a new step are taken by their buttons: until then the form does not write over them.
form.addEventListener("change", (event) => event.target.matches("#json, #new_kind") && event.stopImmediatePropagation(), true);

let opened = [];
document.addEventListener("htmx:beforeSwap", () => {
  opened = [...form.querySelectorAll("details[open]")].map((one) => one.id);
});
document.addEventListener("htmx:afterSettle", () => {
  for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
  show();
});
show();
