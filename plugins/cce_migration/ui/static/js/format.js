/** Write values for people, as the report does (include/progress.py). */

const UNITS = ["bytes", "kB", "MB", "GB", "TB", "PB"];
export const NOTHING = "–";

export function bytes(size) {
  if (!size) return NOTHING;
  let unit = 0;
  let value = size;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const text = unit && value < 10 ? value.toFixed(1).replace(/\.0$/, "") : value.toFixed(0);
  return `${text} ${UNITS[unit]}`;
}

export function seconds(value) {
  if (value === null || value === undefined) return NOTHING;
  if (value < 10) return `${value.toFixed(1)} s`;
  const whole = Math.round(value);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`.replace(/ 0 s$/, "");
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`.replace(/ 0 min$/, "");
}

export function rate(value) {
  return value ? `${bytes(value)}/s` : NOTHING;
}

export function count(number, noun) {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}

export function percent(share) {
  return `${Math.floor(share * 100)} %`;
}

/** Return a moment in the reader's own time zone. */
export function moment(text) {
  if (!text) return NOTHING;
  return new Date(text).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "medium" });
}

export function clock(milliseconds) {
  return new Date(milliseconds).toLocaleTimeString("en-GB");
}

export function span(started, finished) {
  if (!started) return NOTHING;
  const end = finished ? Date.parse(finished) : Date.now();
  return seconds(Math.max(0, (end - Date.parse(started)) / 1000));
}

/** Return an identifier as words: `not_reached` reads "not reached". */
export function words(identifier) {
  return String(identifier ?? "").replaceAll("_", " ");
}

/** Return a value of a proof on one line. */
export function value(one) {
  if (one === null || one === undefined) return NOTHING;
  if (Array.isArray(one)) return one.map(value).join(", ");
  if (typeof one === "object") return Object.entries(one).map(([key, inner]) => `${key}: ${value(inner)}`).join(", ");
  return String(one);
}
