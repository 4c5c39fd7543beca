// What was found: the best so far, counts, shrinking rounds, trained models and their comparison, files, warnings.

import { many, score, short } from "../figures.js";
import { drawDifference } from "./difference.js";
import { at, keep, make, mark, say, show } from "./dom.js";

const SHOWN_WARNINGS = 20;
const PAIR = ["winner", "reference"];

/** Draw all of them. */
export function drawResults(state, facts) {
  drawBest(state, facts);
  drawCounts(state);
  drawRounds(state);
  drawModels(state);
  if (at("exports")) drawFiles(state, facts); // not everybody may have them
  drawWarnings(state);
}

function drawBest({ best, stages }, { limits, network }) {
  for (const id of ["best", "best-where"]) show(at(id), Boolean(best));
  show(at("best-none"), !best);
  show(at("best-budget"), Boolean(best && limits.madds));
  if (!best) return;
  say(at("best-score"), score(best.score));
  for (const measure of ["params", "madds"]) {
    const limit = limits[measure] ? ` of ${short(limits[measure])}` : "";
    say(at(`best-${measure}`), short(best[measure]) + limit);
  }
  if (limits.madds) mark(at("best-budget"), "value", Math.min(1, best.madds / limits.madds));
  mark(at("best-link"), "href", network.replace("KEY", best.key));
  say(at("best-stage"), `found in ${stages[best.stage]?.name ?? `stage ${best.stage}`}`);
}

function drawCounts({ counts, seq }) {
  const failed = Object.entries(counts.failed);
  say(at("count-scored"), short(counts.scored));
  say(at("count-failed"), short(failed.reduce((sum, [, count]) => sum + count, 0)));
  say(at("count-facts"), short(seq));
  show(at("failures"), failed.length > 0);
  say(at("failures"), failed.map(([reason, count]) => `${reason}: ${count}`).join(", "));
}

function drawRounds({ rounds }) {
  show(at("rounds-none"), !rounds.length);
  show(at("rounds-table"), rounds.length > 0);
  keep(at("rounds"), rounds, (round) => round.seq, (round) =>
    make(
      "tr",
      {},
      make("td", { class: "number" }, String(round.round)),
      make("td", { class: "number" }, many(round.size)),
      make("td", { class: "number" }, score(round.mean)),
      make("td", {}, make("span", { class: `badge ${round.accepted ? "finished" : ""}` }, round.accepted ? "accepted" : "refused")),
    ),
  );
}

function drawModels({ models, comparison }) {
  const seeds = [...new Set(models.map((model) => model.seed))].sort((a, b) => a - b);
  const of = (subject, seed) => models.find((model) => model.subject === subject && model.seed === seed)?.validation;
  const subjects = models.some((model) => model.subject === "random") ? [...PAIR, "random"] : PAIR;
  const pairs = seeds.filter((seed) => PAIR.every((subject) => of(subject, seed) !== undefined));
  const known = comparison && comparison.scores.winner.length === pairs.length; // else nobody can say whose a score is
  const tested = (subject, seed) => comparison.scores[subject]?.[(subject === "random" ? comparison.random.seeds : pairs).indexOf(seed)];
  const rows = seeds.map((seed) => ({
    seed,
    cells: subjects.map((subject) => [of(subject, seed), known ? tested(subject, seed) : undefined]),
  }));
  show(at("models-random"), subjects.length > PAIR.length);
  show(at("models-none"), !rows.length);
  show(at("models-table"), rows.length > 0);
  keep(at("models"), rows, (row) => `${row.seed}/${subjects.length}`, (row) => make("tr", {}, make("td", {}, String(row.seed)), ...row.cells.map(subjectCell)), (line, row) =>
    row.cells.forEach(([validation, test], place) => {
      const [main, aside] = line.children[place + 1].children;
      say(main, test === undefined ? score(validation) : `${score(test)} test`);
      say(aside, test === undefined ? (validation === undefined ? "" : "validation") : `${score(validation)} validation`);
    }),
  );
  show(at("verdict"), Boolean(comparison));
  if (comparison) drawDifference("verdict", comparison);
}

const subjectCell = () => make("td", { class: "number" }, make("span"), make("span", { class: "small muted aside" }));

function drawFiles({ exports, best, status }, { api }) {
  const newest = exports.at(-1);
  show(at("untrained"), Boolean(!newest && best && status !== "running"));
  show(at("exports-none"), !newest);
  show(at("exports-cost"), Boolean(newest));
  if (!newest) return;
  keep(at("exports"), Object.entries(newest.files), ([name, sha]) => name + sha, ([name, sha]) =>
    make("li", {}, make("a", { href: `${api}files/${encodeURIComponent(name)}`, download: name }, name), " ", make("code", { class: "muted", title: `SHA-256 ${sha}` }, sha.slice(0, 8))),
  );
  say(at("exports-cost"), `As counted in the built network: ${short(newest.cost.params)} params, ${short(newest.cost.madds)} MAdds.`);
}

function drawWarnings({ warnings, stages }) {
  show(at("warnings-panel"), warnings.length > 0);
  keep(at("warnings"), warnings.slice(-SHOWN_WARNINGS).reverse(), (warning) => warning.seq, (warning) =>
    make("li", {}, make("b", {}, `${stages[warning.stage]?.name ?? "run"}: `), warning.text),
  );
}
