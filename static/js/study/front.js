// The Pareto front of a search: what nothing cheaper, or equal in cost, reaches in score.

/** The rows on the front; `rows` are places in both columns, and come back by rising cost. */
export function frontOf(rows, costs, scores) {
  const ordered = [...rows].sort((a, b) => costs[a] - costs[b] || scores[b] - scores[a] || a - b);
  let best = -Infinity;
  return ordered.filter((row) => {
    const higher = scores[row] > best;
    if (higher) best = scores[row];
    return higher;
  });
}
