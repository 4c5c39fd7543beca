// Graphs as SVG: lay out (dagre, or a chain in rows), draw, take away. Colours come from CSS classes, so themes need no redraw.

import { short } from "./figures.js";

const SVG = "http://www.w3.org/2000/svg";
const FAMILIES = {
  Input: "input", Conv: "conv", Depthwise: "depthwise", Linear: "linear",
  BatchNorm: "norm", ReLU: "norm", ReLU6: "norm", Sigmoid: "norm", SiLU: "norm", HardSwish: "norm", GELU: "norm", Dropout: "norm",
  MaxPool: "pool", AvgPool: "pool", GlobalAvgPool: "pool", Flatten: "shape", Zeros: "shape", ShiftOnePixel: "shape",
  PrefixAdd: "join", Concat: "join", PrefixGate: "gate", Multiply: "gate", Scale: "gate", Block: "block",
};
export const WORDS = {
  input: "input", conv: "convolution", depthwise: "depthwise convolution", linear: "linear", norm: "norm and activation",
  pool: "pooling", shape: "reshape", join: "sum or concatenation", gate: "gate", block: "block",
};
const FONTS = { title: '600 13px system-ui, "Noto Sans", sans-serif', line: '11.5px system-ui, "Noto Sans", sans-serif' };
const LINE = 15;
const EDGE = 10; // around a drawing
const ruler = document.createElement("canvas").getContext("2d");

export const shape = (text) => text.replaceAll("x", "×");
export const family = (node) => node.family ?? FAMILIES[node.kind] ?? "block";
export const families = (graph) => Object.keys(WORDS).filter((name) => graph.nodes.some((node) => family(node) === name));

function figures({ cost, brief }) {
  if (!cost.params && !cost.madds) return "";
  if (brief) return `${short(cost.madds)} MAdds`;
  return cost.madds ? `${short(cost.params)} params · ${short(cost.madds)} MAdds` : `${short(cost.params)} params`;
}

/** The lines of a node: what it is, what is folded into it, its shape, its cost. */
function linesOf(node) {
  const [title, ...rest] = node.title.split(" + ");
  const notes = rest.length ? [`+ ${rest.join(" + ")}`] : [];
  return [title, ...notes, ...(node.notes ?? []), shape(node.shape), figures(node)].filter(Boolean);
}

function measured(node) {
  const lines = linesOf(node);
  const widths = lines.map((line, i) => {
    ruler.font = i ? FONTS.line : FONTS.title;
    return ruler.measureText(line).width;
  });
  return { ...node, lines, w: Math.ceil(Math.max(...widths)) + 24, h: lines.length * LINE + 14 };
}

/** Places for nodes and edges. `direction`: LR or TB. */
export function layout(graph, direction) {
  const made = new dagre.graphlib.Graph().setGraph({ rankdir: direction, nodesep: 18, ranksep: 34 });
  made.setDefaultEdgeLabel(() => ({}));
  const nodes = graph.nodes.map(measured);
  for (const node of nodes) made.setNode(node.name, { width: node.w, height: node.h });
  for (const [from, to] of graph.edges) made.setEdge(from, to);
  dagre.layout(made);
  const edges = graph.edges.map(([from, to]) => ({ from, to, points: made.edge(from, to).points.map(({ x, y }) => [x, y]) }));
  const placed = nodes.map((node) => ({ ...node, x: made.node(node.name).x, y: made.node(node.name).y }));
  return framed({ edges, nodes: placed });
}

/** Moved so that all of it is seen: dagre's own size leaves out edges that run outside of the nodes. */
function framed({ nodes, edges }) {
  const points = [...edges.flatMap((edge) => edge.points), ...nodes.flatMap(({ x, y, w, h }) => [[x - w / 2, y - h / 2], [x + w / 2, y + h / 2]])];
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [left, top] = [Math.min(...xs) - EDGE, Math.min(...ys) - EDGE];
  return {
    width: Math.max(...xs) + EDGE - left,
    height: Math.max(...ys) + EDGE - top,
    nodes: nodes.map((node) => ({ ...node, x: node.x - left, y: node.y - top })),
    edges: edges.map((edge) => ({ ...edge, points: edge.points.map(([x, y]) => [x - left, y - top]) })),
  };
}

/** A chain in rows of at most `width`, read as text is: what follows the end of a row begins the next. */
export function rows(graph, width) {
  const nodes = graph.nodes.map(measured);
  const w = Math.max(...nodes.map((node) => node.w));
  const h = Math.max(...nodes.map((node) => node.h));
  const [across, down] = [30, 30];
  const columns = Math.max(1, Math.min(nodes.length, Math.floor((width - 2 * EDGE + across) / (w + across))));
  nodes.forEach((node, i) => Object.assign(node, {
    w, h, x: EDGE + w / 2 + (i % columns) * (w + across), y: EDGE + h / 2 + Math.floor(i / columns) * (h + down),
  }));
  const named = Object.fromEntries(nodes.map((node) => [node.name, node]));
  const edges = graph.edges.map(([from, to]) => ({ from, to, points: between(named[from], named[to], down) }));
  const last = nodes[nodes.length - 1];
  return { width: 2 * EDGE + columns * (w + across) - across, height: last.y + h / 2 + EDGE, nodes, edges, square: true };
}

function between(a, b, down) {
  if (a.y === b.y) return [[a.x + a.w / 2, a.y], [b.x - b.w / 2, b.y]];
  const middle = a.y + a.h / 2 + down / 2;
  return [[a.x, a.y + a.h / 2], [a.x, middle], [b.x, middle], [b.x, b.y - b.h / 2]];
}

/** Whether every step follows just the one before. */
export const isChain = (graph) => graph.edges.every(([from, to], i) => from === graph.nodes[i].name && to === graph.nodes[i + 1].name);

function make(name, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

function path(points, square) {
  const [first, ...rest] = points.map(([x, y]) => [Math.round(x * 10) / 10, Math.round(y * 10) / 10]);
  if (square || rest.length === 1) return `M${first} L${rest.join(" L")}`;
  let text = `M${first}`;
  rest.slice(0, -1).forEach(([x, y], i) => {
    const [nx, ny] = i === rest.length - 2 ? rest[i + 1] : [(x + rest[i + 1][0]) / 2, (y + rest[i + 1][1]) / 2];
    text += ` Q${x} ${y} ${nx} ${ny}`;
  });
  return text;
}

let drawings = 0;

/** The drawing. `mini` leaves texts out; `open(node)`, where given, makes each step a button where it says so. */
export function draw(placed, { label, mini = false, open = null }) {
  const arrow = `arrow-${(drawings += 1)}`;
  const svg = make("svg", { class: mini ? "graph mini" : "graph", viewBox: `0 0 ${placed.width} ${placed.height}` });
  if (mini) svg.setAttribute("aria-hidden", "true");
  else svg.setAttribute("role", open ? "group" : "img"), svg.setAttribute("aria-label", label);
  const head = make("marker", { id: arrow, viewBox: "0 0 8 8", refX: 7.5, refY: 4, markerWidth: 8, markerHeight: 8, markerUnits: "userSpaceOnUse", orient: "auto" });
  head.append(make("path", { class: "arrow", d: "M0 0.5 L8 4 L0 7.5 Z" }));
  svg.append(make("defs", {}, head));
  for (const edge of placed.edges) {
    svg.append(make("path", { class: "edge", d: path(edge.points, placed.square), "marker-end": `url(#${arrow})` }));
  }
  const most = placed.nodes.reduce((sum, node) => sum + node.cost.madds, 0);
  for (const node of placed.nodes) svg.append(box(node, most, mini, open));
  return svg;
}

function box(node, most, mini, open) {
  const [left, top] = [node.x - node.w / 2, node.y - node.h / 2];
  const group = make("g", { class: `node ${family(node)}`, "data-name": node.name, transform: `translate(${left} ${top})` });
  group.append(make("rect", { class: "face", width: node.w, height: node.h, rx: 5 }));
  const share = most ? node.cost.madds / most : 0;
  if (share > 0) group.append(make("rect", { class: "share", x: 1, y: node.h - 4, width: Math.max(1, share * (node.w - 2)), height: 3, rx: 1.5 }));
  if (mini) return group;
  node.lines.forEach((line, i) => {
    const text = make("text", { class: i ? "line" : "title", x: node.w / 2, y: 18 + i * LINE, "text-anchor": "middle" });
    text.textContent = line;
    group.append(text, " "); // the space keeps the lines apart where they are read out
  });
  const said = `${node.name}: ${linesOf({ ...node, brief: false }).join(", ")}`;
  const tip = make("title");
  tip.textContent = said + (share ? `, ${(100 * share).toFixed(1)} % of the MAdds here` : "");
  group.append(tip);
  if (open && open(node)) for (const [key, value] of [["role", "button"], ["tabindex", "0"]]) group.setAttribute(key, value);
  return group;
}

/** The graph in Graphviz' language. */
export function dot(graph) {
  const quoted = (text) => `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
  const nodes = graph.nodes.map((node) => `  ${quoted(node.name)} [label=${quoted(linesOf(node).join("\n")).replaceAll("\n", "\\n")}];`);
  const edges = graph.edges.map(([from, to]) => `  ${quoted(from)} -> ${quoted(to)};`);
  return [`digraph ${quoted(graph.title)} {`, "  rankdir=LR;", '  node [shape=box, fontname="sans-serif"];', ...nodes, ...edges, "}", ""].join("\n");
}

const KEPT = ["fill", "stroke", "stroke-width", "stroke-dasharray", "font-size", "font-family", "font-weight"];

/** The drawing as a file of its own: what CSS says of it written into it. */
export function standalone(svg) {
  const copy = svg.cloneNode(true);
  const [, , width, height] = svg.getAttribute("viewBox").split(" ");
  const [from, to] = [[svg, ...svg.querySelectorAll("*")], [copy, ...copy.querySelectorAll("*")]];
  from.forEach((element, i) => {
    const style = getComputedStyle(element);
    if (element.matches("rect, path, text")) for (const name of KEPT) to[i].setAttribute(name, style.getPropertyValue(name));
    for (const name of ["class", "role", "tabindex", "aria-label", "aria-pressed"]) to[i].removeAttribute(name);
  });
  copy.setAttribute("xmlns", SVG);
  copy.setAttribute("width", width);
  copy.setAttribute("height", height);
  const ground = getComputedStyle(svg.closest(".card") ?? document.body).backgroundColor;
  copy.prepend(make("rect", { width: "100%", height: "100%", fill: ground }));
  return new XMLSerializer().serializeToString(copy);
}
