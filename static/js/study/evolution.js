// The space as it evolves: for each layer group a strip, in it a column a generation, in that the share of each operator.

import { colour, hue, onColours } from "../charts.js";
import { percent } from "../figures.js";
import { VIEWS, shares } from "./cells.js";
import { at, keep, make, mark, offer, say, show } from "./dom.js";

const HEIGHT = 46;
const NAMED = 8; // values with a colour of their own
let drawn = "";

/** Draw it again if something changed. */
export function drawEvolution(history, force = false) {
  const select = at("space-view");
  offer(select, Object.keys(VIEWS).map((name) => [name, name]));
  const { generations, labels } = history;
  show(at("space-none"), !generations.length);
  if (!generations.length) return;
  const newest = generations.at(-1);
  const now = `${generations.length}/${newest.generation}/${select.value}/${at("space").clientWidth}`;
  if (now === drawn && !force) return;
  drawn = now;
  const groups = Object.keys(newest.groups);
  const table = groups.map((group) => ({
    group,
    columns: generations.map((one) => shares(one.groups[group] ?? [], labels, select.value)),
  }));
  const values = ranked(table);
  drawLegend(values);
  say(at("space-said"), `${generations.length} generations, ${groups.length} layer groups`);
  keep(at("space"), table, (row) => row.group, build, (strip, row) => fill(strip, row, values, generations));
}

/** Values by their share over all groups and generations, largest first: a value keeps its colour while others come and go. */
function ranked(table) {
  const sums = new Map();
  for (const { columns } of table) {
    for (const column of columns) for (const [value, share] of column) sums.set(value, (sums.get(value) ?? 0) + share);
  }
  const named = [...sums].sort((a, b) => b[1] - a[1]).slice(0, NAMED).map(([value]) => value).sort();
  return new Map(named.map((value, place) => [value, hue(place)]));
}

function drawLegend(values) {
  const entries = [...values, ["others", "--hue-rest"]];
  keep(at("space-legend"), entries, ([value, name]) => value + name, ([value, name]) => {
    const chip = make("i", { class: "chip" });
    chip.style.background = `var(${name})`;
    return make("span", {}, chip, value);
  });
}

function build({ group }) {
  const canvas = make("canvas", { role: "img" });
  return make("div", { class: "strip" }, make("span", { class: "small name" }, group), canvas, make("span", { class: "small muted lead number" }));
}

function fill(strip, { group, columns }, values, generations) {
  const [, canvas, lead] = strip.children;
  const width = canvas.clientWidth || 300;
  const ratio = devicePixelRatio;
  if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
  if (canvas.height !== HEIGHT * ratio) canvas.height = HEIGHT * ratio;
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, HEIGHT);
  const step = width / columns.length;
  const gap = step > 6 ? 1 : 0;
  columns.forEach((column, place) => {
    let y = 0;
    for (const [value, name] of [...values, ["", "--hue-rest"]]) {
      const share = value ? (column.get(value) ?? 0) : 1 - y / HEIGHT;
      context.fillStyle = colour(name);
      if (column.size && share > 1e-9) context.fillRect(place * step, y, step - gap, share * HEIGHT);
      y += share * HEIGHT;
    }
  });
  const top = [...columns.at(-1)].sort((a, b) => b[1] - a[1])[0];
  say(lead, top ? `${top[0]} ${percent(top[1])}` : "");
  mark(canvas, "aria-label", `${group}, generation ${generations.at(-1).generation}: ${[...columns.at(-1)].map(([value, share]) => `${value} ${percent(share)}`).join(", ")}`);
  canvas.onmousemove = (event) => {
    const place = Math.min(columns.length - 1, Math.floor(event.offsetX / step));
    const here = [...columns[place]].sort((a, b) => b[1] - a[1]).slice(0, 4);
    canvas.title = `generation ${generations[place].generation}: ${here.map(([value, share]) => `${value} ${percent(share)}`).join(", ")}`;
  };
}

/** Draw it again where a person, the window or the colours ask for it. */
export function followEvolution(history) {
  at("space-view").addEventListener("change", () => drawEvolution(history, true));
  new ResizeObserver(() => drawEvolution(history)).observe(at("space"));
  onColours(() => drawEvolution(history, true));
}
