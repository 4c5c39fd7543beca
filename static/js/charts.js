// Charts in the page's own colours: lines and points over a common x, drawn by uPlot, redrawn when light turns dark.

import uPlot from "../vendor/uplot/uPlot.esm.js";
import { short } from "./figures.js";

const HEIGHT = 230;
const REACH = 14; // pixels from a point to the pointer that means it
const all = new Set();

/** What a colour of the style sheet is now, as a canvas understands it. */
export function colour(name) {
  if (!colour.known.has(name)) {
    const probe = document.createElement("i");
    probe.style.color = `var(${name})`;
    document.body.append(probe);
    colour.known.set(name, getComputedStyle(probe).color);
    probe.remove();
  }
  return colour.known.get(name);
}
colour.known = new Map();

/** The colours of series, in order; what is beyond them is grey. */
export const HUES = ["--hue-1", "--hue-2", "--hue-3", "--hue-4", "--hue-5", "--hue-6", "--hue-7", "--hue-8"];
export const hue = (number) => HUES[number] ?? "--hue-rest";

/** Call `redraw` whenever the colours have changed. */
export function onColours(redraw) {
  const changed = () => {
    colour.known.clear();
    redraw();
  };
  document.addEventListener("theme", changed);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
}
onColours(() => all.forEach((chart) => chart.anew()));

/**
 * One chart in `host`. `draw({x, series, data, marks, said})`: `x` may rename the axis, `series` is a list of {label, hue, points, line, step, width, size, dash, faint, letter}, `data` uPlot's
 * aligned lists, `marks` vertical lines {x, label}, `bands` areas {series: [upper, lower], hue}, `keyed`: what is beside the chart names the colours, `said` one sentence for who cannot see it. `linked(place)` makes the points of the first
 * series links: {address, text} of one, shown where the pointer is near it.
 */
export class Chart {
  constructor(host, { x, y, xText = short, yText = (value) => value.toFixed(Math.abs(value) < 10 ? 3 : 1) }) {
    Object.assign(this, { host, x, y, xText, yText, plot: null, shape: "", content: null });
    this.canvas = document.createElement("div");
    this.canvas.className = "plot";
    this.empty = document.createElement("p");
    this.empty.className = "muted small";
    this.empty.textContent = host.dataset.empty ?? "";
    host.append(this.canvas, this.empty);
    new ResizeObserver(() => this.plot?.setSize(this.size())).observe(host);
    all.add(this);
  }

  draw(content) {
    this.content = content;
    this.now();
  }

  anew() {
    this.shape = "";
    if (this.content) this.now();
  }

  now() {
    const { x = this.x, series, data, bands, said } = this.content;
    this.x = x;
    const filled = data[0]?.length > 0;
    this.empty.hidden = filled;
    this.canvas.hidden = !filled;
    if (!filled) return;
    const shape = JSON.stringify([x, series, bands]);
    if (shape !== this.shape) {
      this.plot?.destroy();
      this.plot = new uPlot(this.options(series), data, this.canvas);
      this.shape = shape;
      if (this.content.linked) this.link(this.plot.over);
    } else {
      this.plot.setData(data);
    }
    if (said && this.canvas.getAttribute("aria-label") !== said) {
      this.canvas.setAttribute("role", "img");
      this.canvas.setAttribute("aria-label", said);
    }
  }

  /** One link, laid over whichever point the pointer is near. Who uses the keyboard has the table. */
  link(over) {
    const link = document.createElement("a");
    link.className = "point";
    link.tabIndex = -1;
    link.hidden = true;
    link.setAttribute("aria-hidden", "true");
    link.append(document.createElement("span"));
    over.append(link);
    over.addEventListener("mouseleave", () => (link.hidden = true));
    over.addEventListener("mousemove", (event) => {
      const { left, top, width } = over.getBoundingClientRect();
      const near = this.nearest(event.clientX - left, event.clientY - top);
      link.hidden = !near;
      if (!near) return;
      const { address, text } = this.content.linked(near.place);
      link.href = address;
      link.firstChild.textContent = text;
      link.style.left = `${near.x}px`;
      link.style.top = `${near.y}px`;
      link.classList.toggle("leftwards", near.x > width / 2);
    });
  }

  /** The point of the first series nearest to a place of the plot, if it is within reach. */
  nearest(x, y) {
    const [xs, ys] = this.content.data;
    let found = null;
    let least = REACH ** 2;
    for (let place = 0; place < xs.length; place += 1) {
      if (ys[place] === null) continue;
      const at = { place, x: this.plot.valToPos(xs[place], "x"), y: this.plot.valToPos(ys[place], "y") };
      const distance = (at.x - x) ** 2 + (at.y - y) ** 2;
      if (distance < least) [found, least] = [at, distance];
    }
    return found;
  }

  size() {
    return { width: Math.max(200, this.host.clientWidth), height: HEIGHT };
  }

  options(series) {
    const muted = colour("--pico-muted-color");
    const linked = Boolean(this.content.linked); // its points say themselves what they are
    const axis = { stroke: muted, font: "11px system-ui", grid: { stroke: colour("--grid"), width: 1 }, ticks: { show: false } };
    const text = (format) => (_, values) => values.map((value) => (value === null ? "" : format(value)));
    return {
      ...this.size(),
      scales: { x: { time: false, range: padded }, y: { range: padded } },
      axes: [
        { ...axis, label: this.x, labelSize: 16, labelFont: "11px system-ui", size: 26, space: 60, values: text(this.xText) },
        { ...axis, label: this.y, labelSize: 16, labelFont: "11px system-ui", size: 46, space: 30, values: text(this.yText) },
      ],
      series: [
        { label: this.x, value: (_, value) => (value == null ? "" : this.xText(value)) },
        ...series.map((one) => this.series(one)),
      ],
      bands: (this.content.bands ?? []).map(({ series: edges, hue: name }) => ({ series: edges, fill: faint(colour(name)) })),
      cursor: { drag: { x: false, y: false }, points: { size: 7, show: !linked }, x: !linked, y: false },
      legend: { show: !this.content.bands && !this.content.keyed, live: !linked, // bands: a table beside the chart names the colours
        markers: { width: 0, fill: (_, place) => colour(series[place - 1].hue) } },
      hooks: { draw: [(plot) => this.drawMarks(plot)] },
    };
  }

  series({ label, hue: name, points = false, line = true, step = false, width = 1.6, size = 5, dash, faint: pale = false }) {
    const shade = pale ? faint(colour(name), 0.35) : colour(name);
    return {
      label,
      stroke: shade,
      width: line ? width : 0,
      dash,
      spanGaps: true,
      paths: line ? (step ? uPlot.paths.stepped({ align: 1 }) : undefined) : () => null,
      points: points ? { show: true, size, width: line ? 1 : 0, fill: shade, stroke: shade } : { show: false },
      value: (_, value) => (value == null ? "" : this.yText(value)),
    };
  }

  drawMarks(plot) {
    const context = plot.ctx;
    const { left, top, width, height } = plot.bbox;
    context.save();
    context.strokeStyle = context.fillStyle = colour("--wait");
    context.font = `${11 * devicePixelRatio}px system-ui`;
    context.setLineDash([5 * devicePixelRatio, 4 * devicePixelRatio]);
    for (const { x, label } of this.content.marks ?? []) {
      const at = plot.valToPos(x, "x", true);
      if (at < left || at > left + width) continue;
      context.beginPath();
      context.moveTo(at, top);
      context.lineTo(at, top + height);
      context.stroke();
      context.textAlign = at > left + width / 2 ? "right" : "left";
      context.fillText(label, at + (at > left + width / 2 ? -6 : 6) * devicePixelRatio, top + height - 6 * devicePixelRatio); // where dear networks are seldom
    }
    context.restore();
    this.drawLetters(plot);
  }

  /** The letter of a series, where it ends. */
  drawLetters(plot) {
    const context = plot.ctx;
    context.save();
    context.font = `bold ${13 * devicePixelRatio}px system-ui`;
    let beside = 0; // lines may end at the same point
    for (const [place, { letter, hue: name }] of this.content.series.entries()) {
      const [xs, ys] = [plot.data[0], plot.data[place + 1]];
      const last = letter ? ys.findLastIndex((y) => y !== null) : -1;
      if (last < 0 || !plot.series[place + 1].show) continue;
      context.fillStyle = colour(name);
      context.textAlign = "right";
      context.fillText(letter, plot.valToPos(xs[last], "x", true) - (2 + 15 * beside) * devicePixelRatio, plot.valToPos(ys[last], "y", true) - 7 * devicePixelRatio);
      beside += 1;
    }
    context.restore();
  }
}

/** A colour that leaves what is below it in sight. */
const faint = (shade, share = 0.1) => shade.replace(/^rgb\((.*)\)$/, `rgba($1, ${share})`);

/** A little air around what is drawn, and marks within it. */
function padded(plot, low, high) {
  if (low === null || high === null) return [0, 1];
  const air = (high - low) * 0.06 || Math.abs(high) * 0.1 || 1;
  return [low - air, high + air];
}
