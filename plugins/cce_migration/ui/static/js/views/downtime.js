/** The cutover: its steps on a time line, the requests that failed meanwhile, the figures its client measured. */

import { fill, h } from "../dom.js";
import { clock, seconds } from "../format.js";
import { hint, section, tile } from "../parts.js";

export function downtimeView() {
  const node = h("div", { class: "stack" });

  function update({ view }) {
    const down = view.downtime;
    fill(node, down ? [down.is_measured && figures(down), section("Steps", chart(down))] : hint("The cutover has not begun."),
      view.predicted_downtime && section("Predicted", predicted(view.predicted_downtime)));
  }

  return { id: "downtime", title: "Downtime", node, update };
}

function figures(down) {
  return h("dl", { class: "tiles" },
    tile("Downtime", seconds(down.seconds), "as a client at the front door saw it"),
    tile("Requests", String(down.requests ?? "–"), `${down.failed_requests ?? 0} failed`),
    tile("Writes acknowledged", String(down.writes_acknowledged ?? "–")),
    tile("Writes lost", String(down.writes_lost ?? "–"), "", down.writes_lost ? "bad" : "good"),
    tile("Writes doubled", String(down.writes_doubled ?? "–"), "", down.writes_doubled ? "bad" : "good"));
}

function chart(down) {
  const steps = down.steps.filter((step) => step.started !== null);
  if (!steps.length) return list(down.steps);
  const from = Math.min(...steps.map((step) => step.started), ...down.outages.map(([start]) => start));
  const to = Math.max(...steps.map((step) => step.finished), ...down.outages.map(([, end]) => end));
  const place = (start, end) => ({
    left: `${((start - from) / (to - from)) * 100}%`,
    width: `${Math.max(0.4, ((end - start) / (to - from)) * 100)}%`,
  });
  const outages = () => down.outages.map(([start, end]) => h("i", { class: "outage", style: place(start, end), title: `no answer for ${seconds(end - start)}` }));
  return h("div", { class: "steps", role: "table", "aria-label": "Steps of the cutover on a time line" },
    steps.map((step) => h("div", { class: "step", role: "row" },
      h("span", { role: "cell" }, step.name, step.part && h("span", { class: "note" }, ` ${step.part}`)),
      h("span", { role: "cell", class: "track" }, outages(), h("i", { class: "measured", style: place(step.started, step.finished) })),
      h("span", { role: "cell", class: "number" }, seconds(step.seconds)))),
    h("p", { class: "legend" }, `${clock(from * 1000)} to ${clock(to * 1000)}`, h("i", { class: "outage" }), "requests failed at the front door"));
}

function predicted(one) {
  return [h("p", {}, h("strong", {}, seconds(one.seconds)), ` predicted: ${one.basis ?? "a first guess"}`), list(one.steps ?? [])];
}

function list(steps) {
  const longest = Math.max(1, ...steps.map((step) => step.seconds));
  return h("div", { class: "steps" }, steps.map((step) => h("div", { class: "step" },
    h("span", {}, step.name),
    h("span", { class: "track" }, h("i", { class: "measured", style: { left: "0%", width: `${(step.seconds / longest) * 100}%` } })),
    h("span", { class: "number" }, seconds(step.seconds)))));
}
