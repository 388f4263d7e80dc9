/** All migrations and their runs, for those who may read their DAGs. */

import { ask, Refusal } from "./api.js";
import { fill, h } from "./dom.js";
import { moment, NOTHING, percent, seconds, span, words } from "./format.js";
import { moveAmong, slashToFilter } from "./keys.js";
import { poll } from "./live.js";
import { airflowLink, bar, hint, mark } from "./parts.js";
import { phaseName } from "./phases.js";
import { followTheme } from "./theme.js";
import { openAirflow } from "./address.js";

const page = document.getElementById("page");
const content = h("div", { class: "stack" });
const field = h("input", { type: "search", "data-filter": true, placeholder: "Filter by words  ( / )", "aria-label": "Filter the runs by words", on: { input: () => draw() } });
let runs = null;

function draw() {
  const words_ = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = runs.filter((one) => words_.every((word) => textOf(one).includes(word)));
  const groups = Map.groupBy ? Map.groupBy(shown, nameOf) : grouped(shown);
  const focused = document.activeElement?.dataset?.key;
  fill(content, [...groups].map(([name, rows]) => group(name, rows)), shown.length ? null : hint(runs.length ? "No run fits." : "No migration has run yet. Trigger assess_source or migrate_to_cce."));
  if (focused) [...content.querySelectorAll("tr[data-key]")].find((row) => row.dataset.key === focused)?.focus({ preventScroll: true });
}

function nameOf(one) {
  return one.view?.migration ?? "Not begun";
}

function grouped(rows) {
  const groups = new Map();
  for (const row of rows) groups.set(nameOf(row), [...(groups.get(nameOf(row)) ?? []), row]);
  return groups;
}

function textOf({ run, view }) {
  return [run.dag_id, run.run_id, nameOf({ view }), view?.kind, resultOf({ run, view }), view?.waiting?.join(" ")].join(" ").toLowerCase();
}

function group(name, rows) {
  const body = h("tbody", {}, rows.map(row));
  if (body.rows[0]) body.rows[0].tabIndex = 0;
  moveAmong(body, () => [...body.rows], { open: (element) => openAirflow(element.dataset.link) });
  return h("section", { class: "card" }, h("h2", {}, name), h("div", { class: "scroller" }, h("table", { class: "list runs", "aria-label": `Runs of ${name}` },
    h("thead", {}, h("tr", {}, ["Result", "Run", "Progress", "Started", "Duration", "Downtime", "Waiting for"].map((title) => h("th", { scope: "col", class: title === "Duration" || title === "Downtime" ? "number" : null }, title)))),
    body)));
}

function row({ run, links, view }) {
  const result = resultOf({ run, view });
  return h("tr", { tabindex: -1, class: "opens", data: { key: `${run.dag_id}/${run.run_id}`, link: links.run }, on: { click: (event) => event.target.closest("a") || openAirflow(links.run) } },
    h("td", { class: "c-state" }, mark(result)),
    h("td", {}, h("span", { class: "kind" }, view?.kind ?? words(run.dag_id)), airflowLink(links.run, run.run_id, "name link")),
    h("td", { class: "c-progress" }, view && [bar(view.progress, `Progress of ${run.run_id}`, result), h("span", { class: "note" }, percent(view.progress), view.phase && ` · ${phaseName(view.phase)}`, view.failed ? ` · ${view.failed} failed` : "")]),
    h("td", {}, moment(run.started)),
    h("td", { class: "number" }, span(run.started, run.finished)),
    h("td", { class: "number" }, view?.downtime === null || view?.downtime === undefined ? NOTHING : seconds(view.downtime)),
    h("td", {}, view?.waiting.length ? airflowLink(links.actions, view.waiting.map((one) => words(one.split(".").at(-1))).join(", "), "button") : NOTHING));
}

function resultOf({ run, view }) {
  if (["queued", "running"].includes(run.state)) return view?.waiting.length ? "waiting" : run.state;
  return view?.result ?? (run.state === "success" ? "succeeded" : run.state);
}

async function look() {
  try {
    const { data, isNew } = await ask("overview");
    if (runs === null) fill(page, h("header", { class: "masthead" }, h("div", { class: "title" }, h("h1", {}, "Migrations"), h("span", { class: "spacer" }), field)), content);
    runs = data.runs;
    if (isNew || runs.some(({ run }) => run.state === "running")) draw();
  } catch (error) {
    if (runs === null) fill(page, hint(error instanceof Refusal ? error.message : "The server does not answer; this page asks again."));
    return true;
  }
  return runs.some(({ run }) => ["queued", "running"].includes(run.state));
}

followTheme();
slashToFilter();
poll(look);
