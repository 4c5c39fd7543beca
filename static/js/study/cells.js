// What a cell's label says, in parts that can be counted over a population.

const AUTOSPACE = /^(\d+)\/(\d+),(\d+)\/(\d+),(\d+) D(\d) (\d)(\d) e(\d+)$/;
const edge = (code) => ({ 1: "none", 2: "identity" })[code] ?? `${code}×${code} depthwise`;
const mix = (bit) => (bit === "1" ? "multiplies" : "adds");

/** What may be counted: name, and from a label to the values in it. */
export const VIEWS = {
  operators: (label) => {
    const genes = AUTOSPACE.exec(label);
    return genes ? genes.slice(1, 6).map(edge) : [label];
  },
  "whole cells": (label) => [label],
  "widened node": (label) => {
    const genes = AUTOSPACE.exec(label);
    return genes ? [`node ${genes[6]}`] : [label];
  },
  mixing: (label) => {
    const genes = AUTOSPACE.exec(label);
    return genes ? [mix(genes[7]), mix(genes[8])] : [label];
  },
};

/** The share of each value in a population, as a Map; its members are [label's number, score, visits]. */
export function shares(members, labels, view) {
  const found = new Map();
  let total = 0;
  for (const [number] of members) {
    for (const value of VIEWS[view](labels[number])) {
      found.set(value, (found.get(value) ?? 0) + 1);
      total += 1;
    }
  }
  for (const [value, count] of found) found.set(value, count / total);
  return found;
}
