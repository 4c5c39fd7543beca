// How far each stage is, how fast it goes as seen from here, and so how long it will take.

const WINDOW = 30_000; // milliseconds that the rate is measured over

/** Done and all of a stage as [done, total], or null where nobody knows. Gauges count what is being done within an answer or training. */
export function progressOf(stage, state, plan) {
  const gauges = state.gauges.filter((gauge) => parseInt(gauge.work, 10) === stage.number);
  const inner = gauges.reduce((sum, gauge) => sum + (gauge.total ? gauge.done / gauge.total : 0), 0);
  if (plan.models) {
    const trained = state.models.filter((model) => model.stage === stage.number).length;
    return [Math.min(trained + inner, plan.models), plan.models];
  }
  if (plan.answers) {
    const search = state.searches.find((one) => one.stage === stage.number);
    const failed = search ? Object.values(search.failed).reduce((sum, count) => sum + count, 0) : 0;
    return [Math.min((search?.scored ?? 0) + failed, plan.answers), plan.answers];
  }
  if (plan.kind === "train" && gauges[0]?.total) return [gauges[0].done, gauges[0].total];
  return null;
}

/** Remembers how far a stage was when, and says how many seconds are left. */
export class Pace {
  constructor() {
    this.seen = new Map();
  }

  /** Seconds left of a stage that is at `done` of `total` now; null while nobody can say. */
  left(key, done, total, now = Date.now()) {
    const marks = this.seen.get(key) ?? [];
    if (!marks.length || done < marks.at(-1).done) marks.length = 0;
    if (!marks.length || done > marks.at(-1).done) marks.push({ at: now, done });
    while (marks.length > 2 && now - marks[1].at > WINDOW) marks.shift();
    this.seen.set(key, marks);
    if (marks.length < 2) return null;
    const rate = (marks.at(-1).done - marks[0].done) / (marks.at(-1).at - marks[0].at);
    const since = Math.min(now - marks.at(-1).at, WINDOW); // it has gone on since the last mark
    return Math.max(0, (total - done) / rate - since) / 1000;
  }

  /** Forget all: the run stood still. */
  rest() {
    this.seen.clear();
  }
}
