// The editor of an operator: draws it anew whenever the server has looked at it.

import { draw, layout } from "./graph.js";

const NARROW = 560; // pixels: below, it is drawn from top to bottom

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

document.addEventListener("htmx:afterSettle", show);
show();
