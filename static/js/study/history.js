// What the charts are drawn from: answers (of very many some that stand for all), generations and curve points. Begun from the server, then
// every fact is added.

import { frontOf } from "./front.js";

const MOST_CANDIDATES = 20_000; // points of the cloud; beyond, half of those that are on no front go
const MEASURES = ["madds", "params"];
const MOST_GENERATIONS = 300;
const MOST_POINTS = 5_000;
const MEMBERS = 30; // of a population, best first

/** Columns of answers, compact generations, and points by training. Facts that come before the beginning is loaded wait for it. */
export class History {
  constructor() {
    this.candidates = { stage: [], madds: [], params: [], score: [], key: [] };
    this.answers = {}; // stage -> how many there are, all of them drawn or not
    this.generations = [];
    this.points = new Map();
    this.labels = [];
    this.numbers = new Map();
    this.waiting = [];
    this.loaded = false;
  }

  /** Everything up to fact `upto`. */
  async load(address, upto) {
    const answer = await fetch(`${address}?upto=${upto}`, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw Object.assign(new Error(`the history could not be read: ${answer.status}`), { gone: answer.status === 404 });
    const { candidates, answers, labels, generations, points } = await answer.json();
    Object.assign(this, { candidates, answers, labels, generations, points: new Map(Object.entries(points)) });
    this.numbers = new Map(labels.map((label, number) => [label, number]));
    this.loaded = true;
    this.add(this.waiting.splice(0));
  }

  /** Facts that are newer than what is here. */
  add(events) {
    if (!this.loaded) {
      this.waiting.push(...events);
      return;
    }
    for (const event of events) ADD[event.kind]?.(this, event);
  }

  /** Half of the answers go, but none that is on the front of its stage: fronts stay exact. */
  halve() {
    const { stage, score } = this.candidates;
    const rows = [...stage.keys()];
    const fronts = new Set();
    for (const one of new Set(stage)) {
      const own = rows.filter((row) => stage[row] === one);
      for (const measure of MEASURES) for (const row of frontOf(own, this.candidates[measure], score)) fronts.add(row);
    }
    const kept = rows.filter((row) => row % 2 || fronts.has(row));
    for (const [name, column] of Object.entries(this.candidates)) this.candidates[name] = kept.map((row) => column[row]);
  }

  /** The number of a label; a new one gets the next. */
  number(label) {
    if (!this.numbers.has(label)) {
      this.numbers.set(label, this.labels.length);
      this.labels.push(label);
    }
    return this.numbers.get(label);
  }
}

const ADD = {
  "candidate evaluated": (history, { payload }) => {
    const { candidates, answers } = history;
    candidates.stage.push(payload.stage);
    candidates.madds.push(payload.cost.madds);
    candidates.params.push(payload.cost.params);
    candidates.score.push(payload.score);
    candidates.key.push(payload.key);
    answers[payload.stage] = (answers[payload.stage] ?? 0) + 1;
    if (candidates.stage.length > MOST_CANDIDATES) history.halve();
  },
  "generation evolved": (history, { key, payload }) => {
    const groups = Object.fromEntries(
      Object.entries(payload.groups).map(([group, members]) => [
        group,
        members.slice(0, MEMBERS).map((member) => [history.number(member.label), member.score, member.visits]),
      ]),
    );
    history.generations.push({ generation: payload.generation, stage: parseInt(key, 10), groups });
    if (history.generations.length > MOST_GENERATIONS) history.generations.shift();
  },
  "curve point": ({ points }, { key, payload }) => {
    if (!("loss" in payload.metrics)) return;
    const work = key.split("/", 1)[0];
    if (!points.has(work)) points.set(work, []);
    const held = points.get(work);
    held.push([payload.step, payload.metrics.loss]);
    if (held.length > MOST_POINTS) held.shift();
  },
};
