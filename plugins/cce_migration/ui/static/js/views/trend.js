/** The rehearsals of a migration over time: what each phase took, and how the last compares. */

import { ask } from "../api.js";
import { fill, h, svg } from "../dom.js";
import { moment, NOTHING, seconds } from "../format.js";
import { hint, mark, section } from "../parts.js";
import { phaseName } from "../phases.js";

const WIDTH = 900;
const HEIGHT = 220;
const LEFT = 90;
const BOTTOM = 24;

export function trendView(ids) {
  const node = h("div", { class: "stack" });

  async function refresh() {
    const { data, isNew } = await ask("trend", ids);
    if (isNew || !node.hasChildNodes()) fill(node, drawn(data.rehearsals));
  }

  return { id: "trend", title: "Rehearsals", node, show: refresh, refresh };
}

function drawn(runs) {
  if (!runs.length) return hint("This migration was not rehearsed yet.");
  const phases = [...new Set(runs.flatMap((run) => run.phases.map((phase) => phase.id)))].filter((id) =>
    runs.some((run) => secondsOf(run, id) > 0));
  return [
    section("Time of each phase", chart(runs, phases), legend(phases)),
    section("Rehearsals", table(runs, phases)),
  ];
}

function secondsOf(run, id) {
  return run.phases.find((phase) => phase.id === id)?.seconds ?? 0;
}

function chart(runs, phases) {
  const totals = runs.map((run) => phases.reduce((sum, id) => sum + secondsOf(run, id), 0));
  const most = Math.max(...totals, 1);
  const step = (WIDTH - LEFT) / runs.length;
  const width = Math.min(46, step * 0.7);
  const y = (value) => (HEIGHT - BOTTOM) * (1 - value / most) + 6;
  const lines = [0, 0.5, 1].map((share) => svg("g", { class: "grid" },
    svg("line", { x1: LEFT, x2: WIDTH, y1: y(most * share), y2: y(most * share) }),
    svg("text", { x: LEFT - 8, y: y(most * share) + 4, "text-anchor": "end" }, seconds(most * share))));
  const bars = runs.map((run, place) => {
    let below = 0;
    const x = LEFT + step * (place + 0.5) - width / 2;
    const parts = phases.map((id, number) => {
      const value = secondsOf(run, id);
      below += value;
      return svg("rect", { class: `series${number % 8}`, x, width, y: y(below), height: Math.max(0, y(below - value) - y(below)) }, svg("title", {}, `${phaseName(id)}: ${seconds(value)}`));
    });
    const day = svg("text", { x: x + width / 2, y: HEIGHT + 4, "text-anchor": "middle" }, run.started?.slice(5, 10) ?? "");
    return svg("g", { class: run.result === "succeeded" ? "good" : "bad" }, parts, day);
  });
  return svg("svg", { class: "trend", viewBox: `0 0 ${WIDTH} ${HEIGHT + 10}`, role: "img", "aria-label": "Seconds of each phase in each rehearsal; the table below has the figures" }, lines, bars);
}

function legend(phases) {
  return h("p", { class: "legend" }, phases.map((id, number) => [h("i", { class: `swatch series${number % 8}` }), phaseName(id)]));
}

function table(runs, phases) {
  const newest = [...runs].reverse();
  return h("div", { class: "scroller" }, h("table", { class: "plain" },
    h("thead", {}, h("tr", {}, ["Started", "Result", "In all", ...phases.map(phaseName)].map((title, place) =>
      h("th", { scope: "col", class: place > 1 ? "number" : null }, title)))),
    h("tbody", {}, newest.map((run) => h("tr", {},
      h("td", { class: "moment", title: run.run_id }, moment(run.started)),
      h("td", {}, mark(run.result)),
      h("td", { class: "number" }, seconds(phases.reduce((sum, id) => sum + secondsOf(run, id), 0))),
      phases.map((id) => h("td", { class: "number" }, secondsOf(run, id) ? seconds(secondsOf(run, id)) : NOTHING)))))));
}
