// The Study page: the state that came with it, then every fact; what changed is drawn, at most ten times a second.

import { Unfoldable, fold, gauged } from "./fold.js";
import { GONE, Live } from "./live.js";
import { drawAsks, followAsks } from "./study/asks.js";
import { Bell } from "./study/bell.js";
import { at, mark, say, show } from "./study/dom.js";
import { drawEvolution, followEvolution } from "./study/evolution.js";
import { History } from "./study/history.js";
import { LOGGED, Log } from "./study/log.js";
import { Plots } from "./study/plots.js";
import { drawResults } from "./study/results.js";
import { Control } from "./study/control.js";
import { Quality } from "./study/quality.js";
import { drawElapsed, drawStages } from "./study/stages.js";

const PAUSE = 100;
const CHARTS_PAUSE = 200;
const TOLD = 1_300; // workers tell each second; rows are older than what they told
const TABLE_PAUSE = 2_000; // the candidates come from the server
const facts = JSON.parse(at("facts").textContent);
const skew = Date.parse(facts.now) - Date.now(); // the server's clock against ours
const history = new History();
const log = new Log();
const plots = new Plots(facts, () => draw());
const quality = new Quality(facts, () => draw());
const control = new Control(facts);
const bell = new Bell(JSON.parse(at("state").textContent).study.name);
let state = JSON.parse(at("state").textContent);
let holdup = null; // what the run waits for, as the server last saw it; null while workers tell of themselves
let told = 0; // when a worker last did
let live = null;
let timer = 0;
let chartsAt = 0;
let chartsLast = 0;
const table = { timer: 0, last: 0, answers: 0 };
let concluded = null; // stages that were over when the spaces were last asked for

/** What a test, or a person with the console open, may look at. */
window.study = { get state() { return state; }, updates: 0, history };

function begin() {
  for (const [id, kind] of [["space-panel", "autospace"], ["fitness-panel", "autospace"], ["rounds-panel", "lissnas"]]) {
    show(at(id), facts.plan.some((stage) => stage.does === kind));
  }
  show(at("models-panel"), facts.plan.some((stage) => stage.kind === "retrain"));
  if (at("asks")) followAsks(facts.api);
  table.answers = answersOf(state);
  document.addEventListener("htmx:afterRequest", (event) => {
    if (!event.detail.successful && event.target.id === "candidates") table.answers = -1; // asked again with the next fact
  });
  followEvolution(history);
  setInterval(tick, 1_000);
  tick();
  draw();
  load(state.seq);
  if (state.status === "running") live = new Live(facts.socket, state.seq, hear);
}

/** What lies behind; the facts that come meanwhile wait for it. */
async function load(upto) {
  const since = Math.max(0, upto - LOGGED);
  const before = fetch(`${facts.api}events/?since=${since}&limit=${Math.max(1, upto - since)}`);
  try {
    await history.load(facts.history, upto);
    const events = (await (await before).json()).events.filter((event) => event.seq <= upto);
    log.events = [...events, ...log.events].slice(-LOGGED);
  } catch (error) {
    if (error.gone) {
      live?.close();
      hear.link("ended", GONE);
      return;
    }
    setTimeout(() => load(upto), 5_000);
  }
  later();
}

const hear = {
  events(events) {
    try {
      for (const event of events) state = fold(state, event);
    } catch (error) {
      if (!(error instanceof Unfoldable)) throw error;
      live.close();
      hear.link("ended", `${error.message}.`);
      return;
    }
    history.add(events);
    log.add(events);
    if (state.status !== "running") {
      live.close();
      bell.ring(state);
    }
    later();
  },
  gauge(gauge) {
    const known = state.gauges.some((one) => one.work === gauge.work);
    state = gauged(state, known ? state.gauges.map((one) => (one.work === gauge.work ? gauge : one)) : [...state.gauges, gauge]);
    holdup = null;
    told = Date.now();
    later();
  },
  gauges(works, found) {
    const known = new Map(state.gauges.map((one) => [one.work, one]));
    state = gauged(state, works.map((one) => (known.get(one.work)?.seconds > (one.seconds ?? 0) ? known.get(one.work) : one)));
    holdup = works.length && Date.now() - told < TOLD ? null : found;
    later();
  },
  link(word, text) {
    say(at("link"), word === "connecting" ? "connecting again…" : text);
    mark(at("link"), "data-link", word);
  },
};

function later() {
  timer ||= setTimeout(draw, PAUSE);
}

/** Bring the page up to the state. */
function draw() {
  clearTimeout(timer);
  timer = 0;
  window.study.updates += 1;
  say(at("shown"), state.shown);
  mark(at("shown"), "class", `badge ${state.shown}`);
  show(at("reason"), state.reason !== "");
  say(at("reason"), state.reason);
  mark(at("reason"), "class", `notice ${state.status === "finished" ? "quiet" : "bad"}`);
  const asks = facts.plan.some((stage) => stage.kind === "search") || answersOf(state) > 0; // a network that was given is asked about nowhere
  for (const name of ["best", "scatter", "curve", "candidates"]) show(at(`${name}-panel`), asks);
  if (at("asks")) drawAsks(state.shown);
  bell.draw(state.status);
  drawStages(state, facts, holdup);
  if (state.ended) tick();
  drawResults(state, facts);
  log.draw();
  freshTable();
  freshSpaces();
  chartsAt ||= setTimeout(drawCharts, Math.max(0, chartsLast + CHARTS_PAUSE - Date.now()));
}

function drawCharts() {
  chartsAt = 0;
  chartsLast = Date.now();
  plots.draw(state, history);
  quality.draw(state);
  control.draw(state);
  drawEvolution(history);
}

/** The clock. All else changes only when the server has said something. */
function tick() {
  drawElapsed(state, Date.now() + skew);
}

/** The table of candidates is the server's: it is asked again when there is more, but not all the time. */
function freshTable() {
  const answers = answersOf(state);
  if (answers === table.answers || table.timer) return;
  table.timer = setTimeout(() => {
    Object.assign(table, { timer: 0, last: Date.now(), answers });
    window.htmx?.trigger("#candidates", "stale");
    freshTable();
  }, Math.max(0, table.last + TABLE_PAUSE - Date.now()));
}

/** A stage that ends may have concluded a space, which the server then offers to keep. */
function freshSpaces() {
  const over = state.stages.filter((stage) => stage.state === "finished").length;
  if (concluded !== null && concluded !== over && document.getElementById("spaces-panel")) window.htmx?.trigger("#spaces-panel", "concluded");
  concluded = over;
}

function answersOf({ counts }) {
  return counts.scored + Object.values(counts.failed).reduce((sum, count) => sum + count, 0);
}

begin();
