// The Architecture page: the network and its cells as drawings that can be zoomed, moved and taken away; the layer table's folds.

import { WORDS, dot, draw, families, isChain, layout, rows, shape, standalone } from "./graph.js";

const NARROW = 700; // pixels: below, a cell is drawn from top to bottom
const STEP = 1.25;
const [LEAST, MOST] = [0.2, 4];

/** A drawing in its frame. The frame scrolls; zooming changes the drawing's size in it. */
class View {
  constructor(figure, name) {
    this.figure = figure;
    this.frame = figure.querySelector("[data-frame]");
    this.name = name;
    this.zoom = 1;
    figure.addEventListener("click", (event) => this.asked(event.target.closest("[data-ask]")?.dataset.ask));
    this.frame.addEventListener("keydown", (event) => this.key(event));
    this.frame.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.frame.addEventListener("pointerdown", (event) => this.grab(event));
    let before = this.frame.clientWidth;
    new ResizeObserver(() => {
      if (this.frame.clientWidth !== before && this.again) this.again();
      before = this.frame.clientWidth;
    }).observe(this.frame);
  }

  /** Show a graph; `options` as `draw` takes them, `least` is the zoom that a fit does not go below. */
  show(graph, placed, options) {
    Object.assign(this, { graph, placed, svg: draw(placed, options) });
    this.frame.replaceChildren(this.svg);
    this.fit(0.75);
    this.figure.querySelector("[data-legend]")?.replaceChildren(...families(graph).map(legend));
  }

  fit(least = LEAST) {
    const { clientWidth, clientHeight } = this.frame;
    const whole = Math.min(clientWidth / this.placed.width, clientHeight / this.placed.height, 1);
    this.scale(Math.max(whole, least));
    this.frame.scrollTo(0, 0);
  }

  scale(zoom) {
    this.zoom = Math.min(MOST, Math.max(LEAST, zoom));
    this.svg.setAttribute("width", Math.floor(this.placed.width * this.zoom));
    this.svg.setAttribute("height", Math.floor(this.placed.height * this.zoom));
    this.frame.dataset.zoom = this.zoom.toFixed(3);
  }

  /** Zoom about a point of the frame, its middle unless said. */
  zoomBy(factor, x = this.frame.clientWidth / 2, y = this.frame.clientHeight / 2) {
    const before = this.zoom;
    this.scale(before * factor);
    const grown = this.zoom / before;
    this.frame.scrollLeft = (this.frame.scrollLeft + x) * grown - x;
    this.frame.scrollTop = (this.frame.scrollTop + y) * grown - y;
  }

  asked(what) {
    if (what === "in") this.zoomBy(STEP);
    if (what === "out") this.zoomBy(1 / STEP);
    if (what === "fit") this.fit();
    if (what === "svg") save(`${this.name()}.svg`, "image/svg+xml", standalone(this.svg));
    if (what === "dot") save(`${this.name()}.dot`, "text/vnd.graphviz", dot(this.graph));
  }

  key(event) {
    const what = { "+": "in", "=": "in", "-": "out", 0: "fit" }[event.key];
    if (!what || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.asked(what);
  }

  wheel(event) {
    if (!event.ctrlKey) return; // a wheel alone scrolls
    event.preventDefault();
    const frame = this.frame.getBoundingClientRect();
    this.zoomBy(event.deltaY < 0 ? STEP : 1 / STEP, event.clientX - frame.left, event.clientY - frame.top);
  }

  grab(event) {
    if (event.pointerType !== "mouse" || event.button !== 0 || event.target.closest("[role=button]")) return;
    const { scrollLeft, scrollTop } = this.frame;
    const move = (now) => this.frame.scrollTo(scrollLeft + event.clientX - now.clientX, scrollTop + event.clientY - now.clientY);
    const end = () => this.frame.removeEventListener("pointermove", move);
    this.frame.setPointerCapture(event.pointerId);
    this.frame.addEventListener("pointermove", move);
    this.frame.addEventListener("pointerup", end, { once: true });
    this.frame.addEventListener("pointercancel", end, { once: true });
  }
}

function legend(name) {
  const entry = document.createElement("li");
  const mark = document.createElement("span");
  mark.className = `mark ${name}`;
  entry.append(mark, WORDS[name]);
  return entry;
}

function save(name, type, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

const data = JSON.parse(document.getElementById("drawn").textContent);
const { key } = data;
const parts = new Map(data.parts.map((part) => [part.name, part]));
const picks = [...document.querySelectorAll("[data-pick]")];
const place = document.getElementById("place");
const every = document.getElementById("every-layer");
const letters = [...new Set(data.parts.map((part) => part.cell).filter(Boolean))];
const hues = new Map(letters.map((letter, i) => [letter, `hue-${i % 8}`]));
let chosen = parts.get(location.hash.slice(1)) ?? data.parts.find((part) => part.cell) ?? data.parts[0];

const whole = new View(document.getElementById("whole"), () => `network-${key}`);
const cell = new View(document.getElementById("cell"), () => `${key}-${chosen.name}`);
const flow = () => (cell.frame.clientWidth < NARROW ? "TB" : "LR");
const graphOf = (part) => data.graphs[part.graph][every.checked ? "every" : "folded"];

/** The network's steps, said by cell and place. */
function steps() {
  const nodes = data.whole.nodes.map((node) => {
    const part = parts.get(node.name);
    if (!part) return { ...node, family: "input" };
    if (!part.cell) return { ...node, title: part.name, family: "block" };
    return { ...node, title: `${node.name.replace("block_", "")} · cell ${part.cell}`, notes: [part.label], family: hues.get(part.cell) };
  });
  return { ...data.whole, nodes: nodes.map((node) => ({ ...node, brief: true })) };
}

function showWhole() {
  const graph = steps();
  const placed = isChain(graph) ? rows(graph, whole.frame.clientWidth) : layout(graph, "LR");
  whole.show(graph, placed, { label: `The network: ${graph.nodes.length - 1} blocks`, open: (node) => parts.has(node.name) });
  whole.scale(1);
  mark();
}

function showCell() {
  const graph = graphOf(chosen);
  const label = `${graph.title}: ${graph.nodes.length - 1} steps, from ${shape(graph.nodes[0].shape)}`;
  cell.show(graph, layout(graph, flow()), { label });
}

function mark() {
  for (const node of whole.svg.querySelectorAll("[role=button]")) {
    node.setAttribute("aria-pressed", String(node.dataset.name === chosen.name));
  }
  for (const pick of picks) pick.setAttribute("aria-pressed", String(alike(parts.get(pick.dataset.pick))));
}

const alike = (part) => part.name === chosen.name || (part.cell !== "" && part.cell === chosen.cell);

function choose(name) {
  chosen = parts.get(name);
  history.replaceState(null, "", `#${name}`);
  document.getElementById("cell-title").textContent = chosen.cell ? `Cell ${chosen.cell}` : chosen.name;
  document.getElementById("cell-label").textContent = chosen.label;
  place.replaceChildren(...data.parts.filter(alike).map(option));
  place.value = name;
  mark();
  showCell();
}

function option(part) {
  const { nodes, output } = data.graphs[part.graph].every;
  const out = nodes.find((node) => node.name === output).shape;
  const where = part.cell ? `place ${part.name.replace("block_", "")} · ${part.group}` : part.name;
  return new Option(`${where} · ${shape(nodes[0].shape)} → ${shape(out)}`, part.name);
}

function opened(target) {
  const node = target.closest("[role=button][data-name]");
  if (!node) return false;
  choose(node.dataset.name);
  document.getElementById("cell").scrollIntoView({ block: "nearest" });
  return true;
}

whole.frame.addEventListener("click", (event) => opened(event.target));
whole.frame.addEventListener("keydown", (event) => {
  if ((event.key === "Enter" || event.key === " ") && opened(event.target)) event.preventDefault();
});
for (const pick of picks) {
  pick.addEventListener("click", () => choose(pick.dataset.pick));
  pick.classList.add(hues.get(parts.get(pick.dataset.pick).cell) ?? "block");
  const graph = data.graphs[parts.get(pick.dataset.pick).graph].folded;
  pick.querySelector("[data-thumb]")?.append(draw(layout(graph, "LR"), { mini: true }));
}
place.addEventListener("change", () => choose(place.value));
every.addEventListener("change", showCell);
whole.again = showWhole;
cell.again = showCell;
showWhole();
choose(chosen.name);

// the layer table's folds

const table = document.getElementById("layers");
const folds = [...table.querySelectorAll("[data-fold]")];

function fold(button, open) {
  button.setAttribute("aria-expanded", String(open));
  for (const row of button.closest("tbody").querySelectorAll("tr.layer")) row.hidden = !open;
}

table.addEventListener("click", (event) => {
  const button = event.target.closest("[data-fold]");
  if (button) fold(button, button.getAttribute("aria-expanded") !== "true");
});
document.querySelector("[data-fold-all]").addEventListener("click", (event) => {
  const open = folds.some((button) => button.getAttribute("aria-expanded") !== "true");
  for (const button of folds) fold(button, open);
  event.currentTarget.textContent = open ? "Fold all" : "Unfold all";
});

document.querySelector("[data-copy]")?.addEventListener("click", async (event) => {
  const button = event.currentTarget;
  await navigator.clipboard.writeText(document.getElementById("code").textContent);
  button.textContent = "Copied";
  setTimeout(() => { button.textContent = "Copy"; }, 2000);
});
