// The Compare page: one colour, dash and letter for each, in all charts; what is not ticked in the table is left out of them.

import { Chart } from "./charts.js";
import { duration, grouped, score, short } from "./figures.js";

const DASHES = { A: [], B: [9, 4], C: [3, 3], D: [12, 4, 3, 4], E: [6, 3], F: [2, 5] };
const facts = JSON.parse(document.getElementById("facts").textContent);
const boxes = [...document.querySelectorAll("[data-shows]")];
const hue = (one) => `--of-${one.letter}`;
const titled = (one) => `${one.letter} ${one.architecture || one.name}`;

function chart(id, axes) {
  const host = document.getElementById(id);
  return host && new Chart(host, axes);
}
const overEvaluations = chart("over-evaluations", { x: "evaluations", y: "best score", xText: grouped });
const overSeconds = chart("over-seconds", { x: "device time", y: "best score", xText: duration });
const againstMadds = chart("against-madds", { x: "MAdds", y: "score" });
let subjects = [];

async function begin() {
  const answer = await fetch(facts.data, { headers: { Accept: "application/json" } });
  if (!answer.ok) return location.reload(); // it is not there any more: the page says so
  subjects = (await answer.json()).subjects;
  for (const box of boxes) box.addEventListener("change", draw);
  draw();
}

function draw() {
  const ticked = new Set(boxes.filter((box) => box.checked).map((box) => box.dataset.shows));
  const shown = subjects.filter((one) => one.found && ticked.has(one.letter));
  if (overEvaluations) drawCurves(overEvaluations, shown, "evaluations", grouped);
  if (overSeconds) drawCurves(overSeconds, shown, "seconds", duration);
  drawCosts(shown);
}

/** Each line over an x of its own, laid on one that all have. */
function drawCurves(on, shown, measure, text) {
  const lines = shown.map((one) => ({ one, points: one.found.curve[measure].map((x, place) => [x, one.found.curve.score[place]]).filter(([x]) => x !== null) })).filter(({ points }) => points.length);
  const xs = [...new Set(lines.flatMap(({ points }) => points.map(([x]) => x)))].sort((a, b) => a - b);
  const columns = lines.map(({ points }) => {
    const known = new Map(points);
    return xs.map((x) => known.get(x) ?? null);
  });
  on.draw({
    keyed: true,
    series: lines.map(({ one }) => ({ label: titled(one), hue: hue(one), step: true, width: 2, dash: DASHES[one.letter], letter: one.letter })),
    data: lines.length ? [xs, ...columns] : [[]],
    said: lines.map(({ one, points }) => `${titled(one)}: ${score(points.at(-1)[1])} after ${text(points.at(-1)[0])}`).join("; "),
  });
}

/** Clouds first, so that fronts, and networks that are compared themselves, lie over them. */
function drawCosts(shown) {
  const runs = shown.filter((one, place) => shown.findIndex((other) => other.run === one.run) === place);
  const columns = [];
  for (const one of runs) columns.push({ series: { label: `${cloudOf(one)}: networks`, hue: hue(one), line: false, points: true, size: 3, faint: true }, ...one.found.points });
  for (const one of runs) columns.push({ series: { label: `${cloudOf(one)}: front`, hue: hue(one), step: true, width: 2, dash: DASHES[one.letter], letter: one.architecture ? "" : one.letter }, ...one.found.front });
  for (const one of shown) {
    if (!one.architecture || one.best?.score == null) continue;
    columns.push({ series: { label: titled(one), hue: hue(one), line: false, points: true, size: 12, letter: one.letter }, madds: [one.best.madds], score: [one.best.score] });
  }
  const limits = new Map(shown.filter((one) => one.limits.madds).map((one) => [one.limits.madds, one.letter]));
  const rows = columns.flatMap(({ madds, score: scores }, column) => madds.map((x, place) => [x, column, scores[place]]));
  if (rows.length) for (const limit of limits.keys()) rows.push([limit, -1, null]); // so that the line is in sight
  rows.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const data = rows.length ? [rows.map(([x]) => x), ...columns.map((_, column) => rows.map(([, of, y]) => (of === column ? y : null)))] : [[]];
  againstMadds.draw({
    keyed: true,
    series: columns.map(({ series }) => series),
    data,
    marks: [...limits].map(([x]) => ({ x, label: `budget ${short(x)}` })),
    said: runs.map((one) => `${cloudOf(one)}: ${grouped(one.found.answers)} networks, ${one.found.front.madds.length} on the front`).join("; "),
  });
}

/** Networks of one run lie in one cloud. */
const cloudOf = (one) => (one.architecture ? `run of ${one.letter}` : titled(one));

begin();
