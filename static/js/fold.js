// The fold: one fact applied to what a page shows. The twin of webapp/live/fold.py; a test holds the two together.

const TOP = 20; // best answers of a stage
const CURVE = 200; // newest improvements of a stage

const whole = (event) => ({ seq: event.seq, ...event.payload });
const ofAWork = (event) => ({ work: event.key.split("/", 1)[0], ...whole(event) });
const round = (event) => ({ ...whole(event), seeds: event.payload.seeds.length });

// The newest `limit` facts of a kind are a list, oldest first.
const SERIES = {
  "space shrunk": { field: "rounds", limit: 50, entry: round },
  "model trained": { field: "models", limit: 50, entry: whole },
  exported: { field: "exports", limit: 20, entry: whole },
  warned: { field: "warnings", limit: 20, entry: whole },
  "space measured": { field: "measures", limit: 10, entry: whole },
  "curve point": { field: "points", limit: 100, entry: ofAWork },
};
// The newest fact of a kind.
const LATEST = {
  "generation evolved": { field: "generation", entry: ofAWork },
  "search controlled": { field: "control", entry: whole },
  "search priced": { field: "price", entry: whole },
  "test opened": { field: "comparison", entry: whole },
};

/** This event cannot be applied to this snapshot: fetch the missing events, or load the page again. */
export class Unfoldable extends Error {}

/** The snapshot after an event. One that is known already changes nothing; `state` itself is left as it was. */
export function fold(state, event) {
  if (event.seq <= state.seq) return state;
  if (event.seq !== state.seq + 1) {
    throw new Unfoldable(`event ${event.seq} came after ${state.seq}; ask for those between`);
  }
  const changes = changesOf(state, event);
  if (!changes) throw new Unfoldable(`event kind '${event.kind}' is not known: load the page again`);
  return { ...state, ...changes, seq: event.seq };
}

/** The snapshot with the progress of the Work that is being done now. Nothing is done for a run that is over. */
export function gauged(state, works) {
  const gauges = state.status === "running" ? works : [];
  return { ...state, gauges, shown: shown(state.status, state.wanted, gauges.length > 0) };
}

/** What a person reads. `busy`: Work is being done, so that a pause is not there yet. */
export function shown(status, wanted, busy) {
  if (status !== "running") return status;
  if (wanted === "pause") return busy ? "pausing" : "paused";
  return { run: "running", finish: "finishing", cancel: "cancelling" }[wanted];
}

/** The answers of all stages together. */
export function counts(searches) {
  const failed = {};
  for (const search of searches) {
    for (const [reason, count] of Object.entries(search.failed)) failed[reason] = (failed[reason] ?? 0) + count;
  }
  return { scored: searches.reduce((sum, search) => sum + search.scored, 0), failed };
}

/** The best find of the newest stage that has one: scores of different estimators are not comparable. */
export function best(searches) {
  return searches.findLast((search) => search.curve.length)?.top[0] ?? null;
}

// ------------------------------------------------------------------------------------------------------------ the cases

function changesOf(state, event) {
  const series = SERIES[event.kind];
  if (series) return { [series.field]: [...state[series.field], series.entry(event)].slice(-series.limit) };
  const latest = LATEST[event.kind];
  if (latest) return { [latest.field]: latest.entry(event) };
  return CASES[event.kind]?.(state, event);
}

const CASES = {
  "run started": (_, { payload, at }) => ({
    name: payload.name,
    recipe: payload.recipe,
    seed: payload.seed,
    started: at,
  }),
  "stage started": (state, { payload, at }) => withStage(state, payload.stage, { state: "running", started: at }),
  "stage finished": (state, { payload, at }) =>
    withStage(state, payload.stage, { state: "finished", why: payload.why, summary: payload.summary, ended: at }),
  "candidate evaluated": evaluated,
  "candidate failed": (state, { payload }) => {
    const search = searchOf(state, payload.stage);
    const failed = { ...search.failed, [payload.reason]: (search.failed[payload.reason] ?? 0) + 1 };
    return withSearch(state, { ...search, failed });
  },
  "run asked": (state, { payload }) => ({
    wanted: payload.wanted,
    shown: shown(state.status, payload.wanted, state.gauges.length > 0),
  }),
  "run retried": (state, { at }) => ({
    status: "running",
    wanted: "run",
    shown: "running",
    reason: "",
    ended: null,
    retried: at,
    stages: state.stages.map((stage) => (stage.state === "stopped" ? { ...stage, state: "running" } : stage)),
  }),
  "run ended": (state, { payload, at }) => ({
    status: payload.status,
    shown: payload.status,
    reason: payload.reason,
    ended: at,
    stages: state.stages.map((stage) => (stage.state === "running" ? { ...stage, state: "stopped" } : stage)),
    gauges: [],
  }),
};

function evaluated(state, { payload, seq }) {
  const search = searchOf(state, payload.stage);
  const answer = {
    number: seq,
    key: payload.key,
    stage: payload.stage,
    score: payload.score,
    params: payload.cost.params,
    madds: payload.cost.madds,
  };
  const top = [...search.top, answer].sort((a, b) => b.score - a.score || a.number - b.number).slice(0, TOP);
  let curve = search.curve;
  if (!payload.measured && (!curve.length || answer.score > curve.at(-1)[1])) curve = [...curve, [seq, answer.score]].slice(-CURVE);
  return withSearch(state, { ...search, scored: search.scored + 1, top, curve });
}

function withStage(state, number, changed) {
  return { stages: state.stages.map((stage) => (stage.number === number ? { ...stage, ...changed } : stage)) };
}

function searchOf(state, stage) {
  const empty = { stage, scored: 0, failed: {}, top: [], curve: [] };
  return state.searches.find((search) => search.stage === stage) ?? empty;
}

function withSearch(state, changed) {
  const others = state.searches.filter((search) => search.stage !== changed.stage);
  const searches = [...others, changed].sort((a, b) => a.stage - b.stage);
  return { searches, counts: counts(searches), best: best(searches) };
}
