// The lines and points of a study: accuracy against cost, the best so far, cell fitness, training.

import { Chart, hue } from "../charts.js";
import { grouped, score, short } from "../figures.js";
import { at, offer } from "./dom.js";
import { frontOf } from "./front.js";

const CELLS = 8; // lines of cell fitness
const CHOICES = ["scatter-stage", "scatter-measure", "fitness-group", "training-stage"];
const whole = (value) => (Number.isInteger(value) ? String(value) : "");

/** All four, ready to be drawn from state and history. */
export class Plots {
  constructor(facts, changed) {
    this.facts = facts;
    this.scatter = new Chart(at("scatter"), { x: "cost", y: "score" });
    this.curve = new Chart(at("best-curve"), { x: "fact", y: "score", xText: whole });
    this.fitness = new Chart(at("fitness"), { x: "generation", y: "fitness", xText: whole });
    this.training = new Chart(at("training"), { x: "step", y: "loss", xText: whole });
    for (const id of CHOICES) at(id).addEventListener("change", changed);
  }

  /** Where something that they show has changed. */
  draw(state, history) {
    const choices = CHOICES.map((id) => at(id).value).join("/");
    const now = `${state.seq}/${history.loaded}/${choices}`;
    if (now === this.drawn) return;
    this.drawn = now;
    const stages = state.searches.filter((search) => search.scored).map((search) => search.stage);
    this.drawScatter(state, history, stages);
    this.drawCurve(state);
    this.drawFitness(history);
    this.drawTraining(state, history.points);
  }

  drawScatter(state, history, stages) {
    const { candidates } = history;
    const name = (stage) => state.stages[stage]?.name ?? `stage ${stage}`;
    offer(at("scatter-stage"), [["", "the newest stage"], ...stages.map((stage) => [String(stage), name(stage)])]);
    const measure = at("scatter-measure").value;
    const stage = at("scatter-stage").value === "" ? (stages.at(-1) ?? -1) : Number(at("scatter-stage").value);
    const { [measure]: costs, score: scores, key: keys } = candidates;
    const rows = [...keys.keys()].filter((row) => candidates.stage[row] === stage).sort((a, b) => costs[a] - costs[b] || scores[b] - scores[a] || a - b);
    const front = new Set(frontOf(rows, costs, scores));
    const limit = this.facts.limits[measure];
    const data = [rows.map((row) => costs[row]), rows.map((row) => scores[row]), rows.map((row) => (front.has(row) ? scores[row] : null))];
    if (limit && rows.length && limit > data[0].at(-1)) [limit, null, null].forEach((value, column) => data[column].push(value)); // so that the line is in sight
    const all = history.answers[stage] ?? rows.length;
    const thinned = all > rows.length; // evenly over the picture, and never one of the front
    this.scatter.draw({
      x: measure === "madds" ? "MAdds" : "params",
      series: [
        { label: thinned ? `${grouped(rows.length)} of ${grouped(all)} networks` : "network", hue: "--hue-1", line: false, points: true, size: rows.length > 1_000 ? 3 : 5 },
        { label: thinned ? "Pareto front of all" : "Pareto front", hue: "--hue-2", points: true, step: true, size: 6 },
      ],
      data,
      marks: limit ? [{ x: limit, label: `budget ${short(limit)}` }] : [],
      linked: (place) => {
        const key = keys[rows[place]];
        return { address: this.facts.network.replace("KEY", key), text: `${key.slice(0, 10)}: ${score(scores[rows[place]])}, ${short(costs[rows[place]])}` };
      },
      said: `${grouped(all)} networks of ${name(stage)} by ${measure} and score; ${front.size} of them on the Pareto front${limit ? `; the budget is ${short(limit)}` : ""}`,
    });
  }

  drawCurve(state) {
    const searches = state.searches.filter((search) => search.curve.length);
    const xs = [...new Set(searches.flatMap((search) => [...search.curve.map(([seq]) => seq), lastOf(search, state)]))].sort((a, b) => a - b);
    const columns = searches.map((search) => {
      const values = new Map(search.curve);
      values.set(lastOf(search, state), search.curve.at(-1)[1]);
      return xs.map((seq) => values.get(seq) ?? null);
    });
    const series = searches.map((search, place) => ({ label: state.stages[search.stage]?.name ?? "stage", hue: hue(place), points: true, size: 4, step: true }));
    const said = searches.map((search) => `${state.stages[search.stage]?.name}: ${score(search.curve.at(-1)[1])}`).join(", ");
    this.curve.draw({ series, data: searches.length ? [xs, ...columns] : [[]], said: `best so far: ${said}` });
  }

  drawFitness({ generations, labels }) {
    const newest = generations.at(-1);
    const groups = Object.keys(newest?.groups ?? {});
    offer(at("fitness-group"), [["", "the best of each group"], ...groups.map((group) => [group, group])]);
    const group = at("fitness-group").value;
    const xs = generations.map((one) => one.generation);
    const lines = group
      ? newest.groups[group].slice(0, CELLS).map(([number]) => ({
          label: labels[number],
          values: generations.map((one) => one.groups[group]?.find(([of]) => of === number)?.[1] ?? null),
        }))
      : groups.map((name) => ({ label: name, values: generations.map((one) => one.groups[name]?.[0]?.[1] ?? null) }));
    const series = lines.map((line, place) => ({ label: line.label, hue: hue(place), points: xs.length < 30, size: 4 }));
    const said = lines.map((line) => `${line.label} ${score(line.values.at(-1))}`).join(", ");
    this.fitness.draw({ series, data: newest ? [xs, ...lines.map((line) => line.values)] : [[]], said: `fitness: ${said}` });
  }

  drawTraining(state, points) {
    const stages = [...new Set([...points.keys()].map((work) => parseInt(work, 10)))].sort((a, b) => a - b);
    offer(at("training-stage"), [["", "the newest stage"], ...stages.map((stage) => [String(stage), state.stages[stage]?.name ?? `stage ${stage}`])]);
    const stage = at("training-stage").value === "" ? stages.at(-1) : Number(at("training-stage").value);
    const works = [...points.keys()].filter((work) => parseInt(work, 10) === stage);
    const xs = [...new Set(works.flatMap((work) => points.get(work).map(([step]) => step)))].sort((a, b) => a - b);
    const columns = works.map((work) => {
      const values = new Map(points.get(work));
      return xs.map((step) => values.get(step) ?? null);
    });
    const nameOf = (work) => work.split("-").slice(2).join(" ") || state.stages[stage]?.name || work; // "4-train-winner-0" is "winner 0"
    const series = works.map((work, place) => ({ label: nameOf(work), hue: hue(place), points: xs.length < 30, size: 4 }));
    const said = works.map((work) => `${nameOf(work)} ${score(points.get(work).at(-1)[1])}`).join(", ");
    this.training.draw({ series, data: works.length ? [xs, ...columns] : [[]], said: `loss: ${said}` });
  }
}

/** Where a search's line ends: it is flat up to its stage's end, or to the newest fact. */
function lastOf(search, state) {
  const later = state.searches.find((other) => other.stage > search.stage && other.curve.length);
  return Math.max(search.curve.at(-1)[0], later ? Math.min(state.seq, later.curve[0][0]) : state.seq);
}
