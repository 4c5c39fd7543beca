// The stages of the pipeline: how each is, how far the one is that is being done, and how long it will take.

import { clock, duration, percent, score, short } from "../figures.js";
import { at, keep, make, mark, say, show } from "./dom.js";
import { Pace, progressOf } from "./pace.js";

const WORDS = { waiting: "waiting", running: "running", finished: "done", stopped: "stopped" };
const SHOWN_WORKS = 3;
const pace = new Pace();

/** Draw them. `holdup` is what the run waits for, as the server last saw it; null while workers tell of themselves. */
export function drawStages(state, facts, holdup) {
  keep(at("stages"), state.stages, (stage) => stage.number, build, (item, stage) => fill(item, stage, state, facts));
  say(at("doing"), state.gauges.length ? works(state, holdup) : waits(state, holdup));
  if (state.shown === "paused") pace.rest();
}

/** How long it has taken. `now` is the server's clock. */
export function drawElapsed(state, now) {
  const begun = Date.parse(state.started ?? state.created);
  const end = state.ended ? Date.parse(state.ended) : now;
  say(at("elapsed"), `${state.ended ? "took" : "for"} ${duration((end - begun) / 1000)}`);
}

/** What workers do, each as it says of itself. */
function works({ gauges, stages }, holdup) {
  const busy = gauges.slice(0, SHOWN_WORKS).map((gauge) => doing(gauge, stages));
  const more = gauges.length > SHOWN_WORKS ? ` and ${gauges.length - SHOWN_WORKS} more` : "";
  const quiet = holdup && holdup.quiet !== null ? ` · last heard of ${duration(holdup.quiet)} ago, looked at ${clock(holdup.at)}` : "";
  return `now: ${busy.join("; ")}${more}${quiet}`;
}

/** "4-train-winner-0" of stage retrain is "retrain winner 0". */
function doing({ work, done, total, metrics, doing: what, seconds, device }, stages) {
  const [number, , ...rest] = work.split("-");
  const far = total ? ` ${short(done)} of ${short(total)}` : "";
  const loss = metrics?.loss === undefined ? "" : `loss ${score(metrics.loss)}`;
  const alive = what ? `${what} for ${duration(seconds)} on ${device}` : "";
  return [[stages[number]?.name ?? work, ...rest].join(" ") + far, loss, alive].filter(Boolean).join(", ");
}

function waits({ shown }, holdup) {
  if (shown !== "running" && shown !== "finishing") return "";
  if (!holdup) return "deciding, or waiting for a worker";
  const ahead = holdup.ahead ? `, behind ${short(holdup.ahead)} work${holdup.ahead === 1 ? "" : "s"} of other runs` : "";
  const decision = holdup.workers ? "deciding" : "waiting for a worker that decides";
  const what = { worker: `waiting for a worker${ahead}`, decision, quota: "waiting for device time: this month’s is spent" }[holdup.waits] ?? "between two works";
  return `${what} · looked at ${clock(holdup.at)}`;
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

function fill(item, stage, state, facts) {
  const [, word, bar, more] = item.children;
  mark(item, "class", stage.state);
  if (stage.state === "running") mark(item, "aria-current", "step");
  else item.removeAttribute("aria-current");
  say(word, stage.state === "running" && state.shown === "paused" ? "paused" : WORDS[stage.state]);
  show(bar, stage.state === "running");
  say(more, stage.state === "running" ? going(bar, stage, state, facts) : behind(stage));
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
