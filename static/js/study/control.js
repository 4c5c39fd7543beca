// What stands beside the search: random search, what both cost, and the search's estimate against training.

import { Chart } from "../charts.js";
import { duration, score } from "../figures.js";
import { at, keep, make, show } from "./dom.js";
import { drawDifference } from "./difference.js";

/** The part of the winner's panel that a control stage fills; without one it says so. */
export class Control {
  constructor({ plan }) {
    const planned = plan.some((stage) => stage.kind === "control");
    show(at("control-none"), !planned);
    show(at("control"), planned);
    this.chart = planned ? new Chart(at("estimate"), { x: "the search's estimate", y: "after training", xText: (value) => value.toFixed(3) }) : null;
  }

  draw({ control, price, comparison }) {
    if (!this.chart) return;
    const rival = comparison?.random;
    show(at("rival"), Boolean(rival));
    if (rival) drawDifference("rival", rival);
    keep(at("control-said"), control ? lines(control, price) : ["Some networks of the ranking and some random ones are trained alike, before the winner is."], (line) => line, (line) => make("li", {}, line));
    show(at("estimate-panel"), Boolean(control?.sample.length));
    if (!control?.sample.length || control.seq === this.drawn) return;
    this.drawn = control.seq;
    const sample = [...control.sample].sort((a, b) => a.estimate - b.estimate);
    this.chart.draw({
      series: [{ label: "network of the ranking", hue: "--hue-1", line: false, points: true, size: 6 }],
      data: [sample.map((one) => one.estimate), sample.map((one) => one.score)],
      said: `estimate and trained score of ${sample.length} networks: ${sample.map((one) => `${score(one.estimate)} and ${score(one.score)}`).join(", ")}`,
    });
  }
}

const two = (value) => value.toFixed(2).replace("-", "−");
const tau = ({ value, low, high }) => `${two(value)} (95 % interval ${two(low)} to ${two(high)})`;

function lines({ draws, best, largest, correlation, sample, by_params: params, by_madds: madds }, price) {
  const found = [];
  if (correlation) found.push(`Rank correlation (Kendall's tau) of the search's estimate with the score after training, ${sample.length} networks: ${tau(correlation)}.`);
  else found.push("Rank correlation of the search's estimate: too few trained networks to say.");
  if (best) found.push(`Best of ${draws} random networks: ${score(best.score)}; the one with the most params: ${score(largest.score)}; the winner, trained alike: ${score(sample[0]?.score)}.`);
  if (params) found.push(`Rank correlation with the score among the random networks: params ${tau(params)}${madds ? `, MAdds ${tau(madds)}` : ""}.`);
  if (price && price.drawing > 0) {
    const equal = Math.round((price.searching / price.drawing) * price.draws);
    found.push(`The search took ${duration(price.searching)} of device time, ${price.draws} random networks ${duration(price.drawing)}: ${equal} of them would cost as much.`);
  }
  return found;
}
