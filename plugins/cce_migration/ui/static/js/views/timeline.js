/** The phases on a time line: a bar of what was measured over the outline of what was predicted. */

import { h } from "../dom.js";
import { bytes, clock, seconds, span } from "../format.js";
import { mark } from "../parts.js";
import { phaseName } from "../phases.js";

// More would touch one another on a laptop.
const TICKS = 4;

export function timeline(view) {
  const scale = scaleOf(view.phases);
  return h("div", { class: "timeline", role: "table", "aria-label": "Phases on a time line" },
    h("div", { class: "phase head", role: "row" },
      ["Phase", "Items", "Data"].map((title, place) => h("span", { role: "columnheader", class: place ? "number" : null }, title)),
      h("span", { role: "columnheader", class: "axis" }, axis(scale)),
      ["Time", "Predicted"].map((title) => h("span", { role: "columnheader", class: "number" }, title)),
      h("span", { role: "columnheader" }, "State")),
    view.phases.map((phase) => line(phase, scale)),
    h("p", { class: "legend" }, h("i", { class: "measured" }), "measured", h("i", { class: "predicted" }), "predicted, one item after another"));
}

/** What is over gives the scale; a prediction that was far off does not squeeze it. */
function scaleOf(phases) {
  const moments = phases.flatMap((phase) => [phase.started, phase.finished, phase.expected_start, phase.expected_end])
    .filter(Boolean).map((moment) => Date.parse(moment));
  if (!moments.length) return null;
  if (phases.some((phase) => phase.state === "running")) moments.push(Date.now());
  const from = Math.min(...moments);
  return { from, whole: Math.max(Math.max(...moments) - from, 1000) };
}

function axis(scale) {
  if (!scale) return null;
  return Array.from({ length: TICKS }, (_, place) => {
    const share = place / (TICKS - 1);
    const edge = place === 0 ? "first" : place === TICKS - 1 ? "last" : "";
    return h("i", { class: `tick ${edge}`, style: { left: `${share * 100}%` } }, clock(scale.from + share * scale.whole));
  });
}

function line(phase, scale) {
  const items = phase.settled === phase.items ? `${phase.items}` : `${phase.settled} of ${phase.items}`;
  return h("div", { class: `phase ${phase.state.replace(" ", "-")}`, role: "row" },
    h("span", { role: "cell" }, h("a", { class: "link", href: `#items?phase=${phase.id}` }, phaseName(phase.id))),
    h("span", { role: "cell", class: "number" }, items),
    h("span", { role: "cell", class: "number" }, bytes(phase.bytes)),
    h("span", { role: "cell", class: "track" }, scale && bars(phase, scale)),
    h("span", { role: "cell", class: "number" }, phase.started ? span(phase.started, phase.finished) : "–"),
    h("span", { role: "cell", class: "number note" }, phase.predicted ? seconds(phase.predicted) : "–"),
    h("span", { role: "cell" }, mark(phase.state)));
}

function bars(phase, scale) {
  const place = (from, to) => {
    const left = Math.min(100, Math.max(0, ((from - scale.from) / scale.whole) * 100));
    const width = Math.min(100 - left, Math.max(0.6, ((to - from) / scale.whole) * 100));
    return { left: `${left}%`, width: `${width}%` };
  };
  const start = Date.parse(phase.started ?? phase.expected_start ?? "");
  if (Number.isNaN(start)) return null;
  const predictedEnd = phase.expected_end ? Date.parse(phase.expected_end) : start + phase.predicted * 1000;
  const end = phase.finished ? Date.parse(phase.finished) : Date.now();
  return [
    phase.predicted > 0 && h("i", { class: "predicted", style: place(start, predictedEnd) }),
    phase.started && phase.state !== "stopped" && h("i", { class: "measured", style: place(start, end) }),
  ];
}
