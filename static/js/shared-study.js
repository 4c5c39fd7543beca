// The page of a study that is shown by a link: its state came with it, and is asked for again while the run goes on.

import { at, mark, say, show } from "./study/dom.js";
import { Control } from "./study/control.js";
import { drawEvolution, followEvolution } from "./study/evolution.js";
import { History } from "./study/history.js";
import { Plots } from "./study/plots.js";
import { Quality } from "./study/quality.js";
import { drawResults } from "./study/results.js";
import { drawElapsed, drawStages } from "./study/stages.js";

const PAUSE = 5_000;
const CHARTS_PAUSE = 15_000; // they take all answers, not only the new ones
const facts = JSON.parse(at("facts").textContent);
const skew = Date.parse(facts.now) - Date.now(); // the server's clock against ours
const history = new History();
const plots = new Plots(facts, () => draw());
const quality = new Quality(facts, () => draw());
const control = new Control(facts);
let state = JSON.parse(at("state").textContent);
let loaded = 0; // when the charts last were
let known = -1; // the newest fact in them

function begin() {
  for (const [id, kind] of [["space-panel", "autospace"], ["fitness-panel", "autospace"], ["rounds-panel", "lissnas"]]) {
    show(at(id), facts.plan.some((stage) => stage.does === kind));
  }
  show(at("models-panel"), facts.plan.some((stage) => stage.kind === "retrain"));
  followEvolution(history);
  setInterval(tick, 1_000);
  draw();
  load().then(follow);
}

/** What the charts show, up to the newest fact; then the candidates too. */
async function load() {
  if (known === state.seq) return;
  loaded = Date.now();
  const upto = state.seq;
  try {
    await history.load(facts.history, upto);
  } catch (error) {
    if (error.gone) location.reload();
    return; // asked again with the next state
  }
  if (known !== -1) window.htmx?.trigger("#candidates", "stale");
  known = upto;
  draw();
}

async function follow() {
  if (state.status !== "running") return load();
  await new Promise((over) => setTimeout(over, PAUSE));
  const answer = await fetch(facts.state).catch(() => null);
  if (answer?.status === 404) return location.reload(); // the link has ended: the page says so
  if (answer?.ok) state = await answer.json();
  draw();
  if (Date.now() - loaded > CHARTS_PAUSE) load();
  return follow();
}

function draw() {
  say(at("shown"), state.shown);
  mark(at("shown"), "class", `badge ${state.shown}`);
  const answers = state.counts.scored + Object.values(state.counts.failed).reduce((sum, count) => sum + count, 0);
  const asks = facts.plan.some((stage) => stage.kind === "search") || answers > 0;
  for (const name of ["best", "scatter", "curve", "candidates"]) show(at(`${name}-panel`), asks);
  drawStages(state, facts, null);
  drawResults(state, facts);
  plots.draw(state, history);
  quality.draw(state);
  control.draw(state);
  drawEvolution(history);
  tick();
}

/** The clock. All else changes only when the server has said something. */
function tick() {
  drawElapsed(state, Date.now() + skew);
}

begin();
