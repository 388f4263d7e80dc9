/** The head of a run's page: which migration, how it stands, how far it is. */

import { fill, h } from "./dom.js";
import { moment, percent, seconds } from "./format.js";
import { airflowLink, bar, mark } from "./parts.js";

export function makeHead() {
  const node = h("header", { class: "masthead" });

  function update({ run, links, view }) {
    const result = resultOf(run, view);
    document.title = `${view?.migration ?? run.run_id}: ${result}`;
    fill(node,
      h("div", { class: "title" },
        h("h1", {}, view?.migration ?? run.dag_id), mark(result),
        h("span", { class: "note" }, `${view?.kind ?? "run"} · ${run.run_id}`),
        h("span", { class: "spacer" }),
        airflowLink(links.overview, "All migrations"), airflowLink(links.report, "Report")),
      view && h("div", { class: "progress" }, bar(view.progress, "Progress of the run", result), h("span", {}, told(run, view))));
  }

  return { node, update };
}

/** The report judges more strictly than Airflow; a run that goes on has no result yet, whatever an earlier report said. */
export function resultOf(run, view) {
  const isLive = ["queued", "running"].includes(run.state);
  if (isLive) return waits(view) ? "waiting" : run.state;
  return view?.report?.result ?? (run.state === "success" ? "succeeded" : run.state);
}

function waits(view) {
  return view?.approvals.some((one) => one.is_waiting);
}

function told(run, view) {
  if (waits(view)) return `${percent(view.progress)} · waits for a person`;
  if (!view.expected_end) return `${percent(view.progress)} · ended ${moment(run.finished ?? view.report?.finished)}`;
  const left = Math.max(0, (Date.parse(view.expected_end) - Date.now()) / 1000);
  return `${percent(view.progress)} · about ${seconds(left)} left`;
}
