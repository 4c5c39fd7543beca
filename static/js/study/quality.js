// How good the networks of a space are: cumulative error curves of each measured space, with bands, and who beats whom.

import { Chart, hue } from "../charts.js";
import { grouped, percent, score } from "../figures.js";
import { at, keep, make, mark, offer, say, show } from "./dom.js";

const ORDER = ["now", "start", "reference"]; // as they are told; a space may be left out
const VERDICTS = { dominates: "finished", "is dominated": "failed" };

/** By how much a curve of so many draws may miss the space's, 95 % (Dvoretzky 1956, Massart 1990); as nas_engine.evidence.band. */
export const band = (count) => Math.sqrt(Math.log(2 / 0.05) / (2 * count));

/** The panel. Drawn where there is a newer measure, or another one was chosen. */
export class Quality {
  constructor(facts, changed) {
    this.planned = facts.plan.some((stage) => stage.kind === "quality");
    this.chart = new Chart(at("quality"), { x: "error", y: "share of networks", xText: (value) => value.toFixed(3), yText: (value) => percent(value) });
    at("quality-stage").addEventListener("change", changed);
    show(at("quality-panel"), this.planned);
  }

  draw({ measures, stages }) {
    if (!this.planned) return;
    const chosen = at("quality-stage").value;
    const now = `${measures.length}/${measures.at(-1)?.seq}/${chosen}`;
    if (now === this.drawn) return;
    this.drawn = now;
    offer(at("quality-stage"), [["", "the newest stage"], ...measures.map((one) => [String(one.seq), stages[one.stage]?.name ?? `stage ${one.stage}`])]);
    const measure = measures.find((one) => String(one.seq) === chosen) ?? measures.at(-1);
    show(at("quality-figures"), Boolean(measure));
    if (!measure) {
      this.chart.draw({ series: [], data: [[]] });
      return;
    }
    say(at("quality-band"), range(measure));
    const spaces = ORDER.filter((name) => measure.spaces[name]).map((name) => [name, measure.spaces[name]]);
    this.chart.draw(curves(spaces));
    keep(at("quality-spaces"), spaces, ([name]) => `${measure.seq}/${name}`, row);
    keep(at("quality-contests"), measure.contests, (one) => `${measure.seq}/${one.one}/${one.other}`, (one) => contest(one, measure.spaces));
  }
}

function range({ least_madds: least, most_madds: most }) {
  if (most === null && !least) return "networks of any cost";
  return most === null ? `networks of at least ${grouped(least)} MAdds` : `networks of ${grouped(least)} to ${grouped(most)} MAdds`;
}

/** Steps from no network to all of them, and the band about each, over the errors of all spaces together. */
function curves(spaces) {
  const errors = spaces.map(([, space]) => space.scores.map((one) => 1 - one).sort((a, b) => a - b));
  const all = [...new Set(errors.flat())].sort((a, b) => a - b);
  const air = (all.at(-1) - all[0]) * 0.04 || 0.01;
  const xs = [all[0] - air, ...all, all.at(-1) + air];
  const shares = errors.map((of) => xs.map((x) => of.filter((error) => error <= x).length / of.length));
  const reaches = errors.map((of) => band(of.length));
  const hues = spaces.map(([name]) => hue(ORDER.indexOf(name)));
  return {
    series: [
      ...spaces.map(([, { title }], place) => ({ label: title, hue: hues[place], step: true, width: 2 })),
      ...spaces.flatMap((_, place) => [1, -1].map(() => ({ label: "", hue: hues[place], step: true, width: 0 }))),
    ],
    data: [
      xs,
      ...shares,
      ...shares.flatMap((of, place) => [of.map((share) => Math.min(1, share + reaches[place])), of.map((share) => Math.max(0, share - reaches[place]))]),
    ],
    bands: spaces.map((_, place) => ({ series: [1 + spaces.length + 2 * place, 2 + spaces.length + 2 * place], hue: hues[place] })),
    said: `cumulative errors: ${spaces.map(([, { title, median }]) => `half of ${title} has an error of ${score(1 - median.value)} or less`).join("; ")}`,
  };
}

function row([name, { title, scores, mean, median, best }]) {
  const chip = make("i", { class: "chip" });
  chip.style.background = `var(${hue(ORDER.indexOf(name))})`;
  return make(
    "tr",
    {},
    make("td", {}, chip, ` ${title}`),
    make("td", { class: "number" }, String(scores.length)),
    interval(mean),
    interval(median, "aside"),
    interval(best),
  );
}

function interval({ value, low, high }, more = "") {
  return make("td", { class: `number ${more}` }, score(value), make("span", { class: "small muted ends" }, `${score(low)} to ${score(high)}`));
}

function contest({ one, other, superiority }, spaces) {
  const word = make("span", {}, superiority.verdict);
  mark(word, "class", `badge ${VERDICTS[superiority.verdict] ?? ""}`);
  const text = ` ${spaces[one].title} against ${spaces[other].title}: a member beats one of the other in ${percent(superiority.value)} of draws (${percent(superiority.low)} to ${percent(superiority.high)})`;
  return make("li", {}, word, text);
}
