// A paired difference with its interval: a word, figures, and a line from one end to the other with zero marked.

import { signed } from "../figures.js";
import { at, mark, say } from "./dom.js";

const VERDICTS = { better: "finished", worse: "failed" };

/** Draw it into the elements `<name>-word`, `-figures`, `-zero`, `-span`, `-dot` and `-interval`. */
export function drawDifference(name, { verdict, difference, low, high }) {
  const part = (what) => at(`${name}-${what}`);
  say(part("word"), verdict);
  mark(part("word"), "class", `badge ${VERDICTS[verdict] ?? ""}`);
  say(part("figures"), `${signed(difference)} on the test split, 95 % interval ${signed(low)} to ${signed(high)}`);
  const reach = Math.max(Math.abs(low), Math.abs(high), 1e-9) * 1.15;
  const x = (value) => (100 + (value / reach) * 96).toFixed(1);
  for (const end of ["x1", "x2"]) mark(part("zero"), end, x(0));
  mark(part("span"), "x1", x(low));
  mark(part("span"), "x2", x(high));
  mark(part("dot"), "cx", x(difference));
  mark(part("interval"), "aria-label", `difference ${signed(difference)}, interval ${signed(low)} to ${signed(high)}; the long line is zero`);
}
