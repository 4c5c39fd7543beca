// The event log: newest first, and no longer than a person reads.

import { clock, score, short } from "../figures.js";
import { at, keep, make } from "./dom.js";

export const LOGGED = 200;

const SAYS = {
  "run started": (p) => `began: ${p.name}, seed ${p.seed}`,
  "stage started": (p) => `stage ${p.name} began`,
  "stage finished": (p) => `stage ${p.name}: ${p.why}`,
  "curve point": (p) => `step ${p.step}: ${Object.entries(p.metrics).map(([name, value]) => `${name} ${score(value)}`).join(", ")}`,
  "generation evolved": (p) => `generation ${p.generation}: loss ${score(p.loss)}, expected MAdds ${short(p.expected_madds)}`,
  "candidate evaluated": (p) => `${p.key}: ${score(p.score)}, ${short(p.cost.madds)} MAdds`,
  "candidate failed": (p) => `${p.key}: ${p.reason}: ${p.message}`,
  "space shrunk": (p) => `round ${p.round}: ${short(p.size)} networks, mean ${score(p.mean)}, ${p.accepted ? "accepted" : "refused"}`,
  "space measured": (p) => Object.values(p.spaces).map((one) => `${one.title}: mean ${score(one.mean.value)}`).join(", "),
  "search controlled": (p) => `${p.draws} random networks${p.best ? `, best ${score(p.best.score)}` : ""}; rank correlation of the estimate ${p.correlation ? score(p.correlation.value) : "unknown"}`,
  "search priced": (p) => `searching took ${Math.round(p.searching)} device seconds, ${p.draws} random networks ${Math.round(p.drawing)}`,
  "model trained": (p) => `${p.subject}, seed ${p.seed}: ${score(p.validation)}`,
  "test opened": (p) => `winner against reference: ${p.verdict}`,
  exported: (p) => `files: ${Object.keys(p.files).join(", ")}`,
  warned: (p) => p.text,
  "run asked": (p) => `asked to ${p.wanted}`,
  "run retried": () => "goes on where it was",
  "run ended": (p) => `${p.status}${p.reason ? `: ${p.reason}` : ""}`,
};

/** The newest facts, as lines. */
export class Log {
  constructor() {
    this.events = [];
  }

  add(events) {
    this.events = [...this.events, ...events].slice(-LOGGED);
  }

  draw() {
    keep(at("log"), this.events.toReversed(), (event) => event.seq, line);
  }
}

function line({ seq, kind, payload, at: when }) {
  return make(
    "li",
    { class: kind.replaceAll(" ", "-") },
    make("span", { class: "muted number" }, String(seq)),
    make("time", { class: "muted number", datetime: when }, clock(when)),
    make("b", {}, kind),
    make("span", {}, SAYS[kind]?.(payload) ?? ""),
  );
}
