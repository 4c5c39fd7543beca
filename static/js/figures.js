// Figures as every page writes them: the twin of webapp/pages/templatetags/figures.py, and what only scripts need.

const UNITS = [[1e9, "G"], [1e6, "M"], [1e3, "k"]];
const isNumber = (value) => typeof value === "number" && Number.isFinite(value);

/** Three figures without needless zeros, as Python's `.3g` for what is between 1 and 1000. */
const three = (value) => String(Number(value.toPrecision(3)));

/** A count in three figures: 97.3 k, 4.31 M. A dash for what is not known. */
export function short(value) {
  if (!isNumber(value)) return "–";
  for (const [size, letter] of UNITS) {
    if (Math.abs(value) >= size) return `${three(value / size)}\u202f${letter}`;
  }
  return String(Math.round(value));
}

/** A whole number with its thousands apart: 99,026. */
export const grouped = (value) => String(value).replace(/\B(?=(\d{3})+$)/g, ",");

/** Four decimals, as everywhere; a dash for what is not known. */
export const score = (value) => (isNumber(value) ? value.toFixed(4) : "–");

/** A signed difference. */
export const signed = (value) => (isNumber(value) ? `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(4)}` : "–");

/** Seconds as people say them: 8 s, 3 min 20 s, 2 h 5 min. */
export function duration(seconds) {
  if (!isNumber(seconds)) return "–";
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole}\u202fs`;
  if (whole < 3600) return `${Math.floor(whole / 60)}\u202fmin ${String(whole % 60).padStart(2, "0")}\u202fs`;
  const hours = Math.floor(whole / 3600);
  if (hours < 48) return `${hours}\u202fh ${Math.floor((whole % 3600) / 60)}\u202fmin`;
  return `${Math.floor(hours / 24)}\u202fdays ${hours % 24}\u202fh`;
}

/** A share. */
export const percent = (share) => (isNumber(share) ? `${Math.round(share * 100)}\u202f%` : "–");

/** A size of a possibly huge set: 27, 1.3 M, 4 × 10¹². */
export function many(value) {
  if (!isNumber(value)) return "–";
  if (Math.abs(value) < 1e12) return short(value);
  const power = Math.floor(Math.log10(value));
  return `${(value / 10 ** power).toFixed(1)} × 10${[...String(power)].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]).join("")}`;
}

/** The time of day of a moment. */
export const clock = (at) => new Date(at).toLocaleTimeString([], { hour12: false });
