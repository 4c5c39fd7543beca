// The stages of the pipeline: how each is, how far the one is that is being done, and how long it will take.

import { duration, percent, score, short } from "../figures.js";
import { at, keep, make, mark, say, show } from "./dom.js";
import { Pace, progressOf } from "./pace.js";

const WORDS = { waiting: "waiting", running: "running", finished: "done", stopped: "stopped" };
const pace = new Pace();

/** Draw them. `now` is the server's clock. */
export function drawStages(state, facts, now) {
  keep(at("stages"), state.stages, (stage) => stage.number, build, (item, stage) => fill(item, stage, state, facts, now));
  const begun = Date.parse(state.started ?? state.created);
  const end = state.ended ? Date.parse(state.ended) : now;
  say(at("elapsed"), `${state.ended ? "took" : "for"} ${duration((end - begun) / 1000)}`);
  const busy = state.gauges.map((gauge) => doing(gauge, state.stages));
  say(at("doing"), busy.length ? `now: ${busy.slice(0, 3).join(", ")}${busy.length > 3 ? ` and ${busy.length - 3} more` : ""}` : waits(state));
  if (state.shown === "paused") pace.rest();
}

/** "4-train-winner-0" of stage retrain is "retrain winner 0". */
function doing({ work, done, total, metrics }, stages) {
  const [number, , ...rest] = work.split("-");
  const what = [stages[number]?.name ?? work, ...rest].join(" ");
  const loss = metrics?.loss === undefined ? "" : `, loss ${score(metrics.loss)}`;
  return total ? `${what} ${short(done)} of ${short(total)}${loss}` : what;
}

function waits(state) {
  return state.shown === "running" || state.shown === "finishing" ? "deciding, or waiting for a worker" : "";
}

function build(stage) {
  return make(
    "li",
    {},
    make("span", { class: "name" }, stage.name),
    make("span", { class: "state small" }),
    make("progress", { "aria-label": `progress of ${stage.name}`, max: "1" }),
    make("span", { class: "more small muted number" }),
  );
}

function fill(item, stage, state, facts, now) {
  const [, word, bar, more] = item.children;
  mark(item, "class", stage.state);
  if (stage.state === "running") mark(item, "aria-current", "step");
  else item.removeAttribute("aria-current");
  say(word, stage.state === "running" && state.shown === "paused" ? "paused" : WORDS[stage.state]);
  show(bar, stage.state === "running");
  say(more, stage.state === "running" ? going(bar, stage, state, facts) : behind(stage, now));
}

function going(bar, stage, state, facts) {
  const found = progressOf(stage, state, facts.plan[stage.number] ?? {});
  if (!found) {
    if (bar.hasAttribute("value")) bar.removeAttribute("value");
    const search = state.searches.find((one) => one.stage === stage.number);
    return search ? `${short(search.scored)} scored` : "";
  }
  const [done, total] = found;
  mark(bar, "value", done / total);
  const left = state.gauges.length || done ? pace.left(stage.number, done, total) : null;
  const text = `${percent(done / total)}`;
  return left === null || state.shown === "paused" ? text : `${text}, ${duration(left)} left`;
}

function behind(stage) {
  if (!stage.ended) return stage.state === "stopped" ? "not concluded" : "";
  const took = duration((Date.parse(stage.ended) - Date.parse(stage.started)) / 1000);
  const figures = Object.entries(stage.summary).map(([name, value]) => `${name} ${Number.isInteger(value) ? short(value) : score(value)}`);
  return [took, stage.why === "finished" ? "" : stage.why, ...figures.slice(0, 2)].filter(Boolean).join(" · ");
}
