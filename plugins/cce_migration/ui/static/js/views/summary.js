/** The run at a glance: figures, what needs a person, what goes on now, the phases on a time line. */

import { fill, h } from "../dom.js";
import { bytes, count, percent, rate, seconds, span, words } from "../format.js";
import { airflowLink, bar, section, tile } from "../parts.js";
import { phaseName } from "../phases.js";
import { timeline } from "./timeline.js";

export function summaryView() {
  const node = h("div", { class: "stack" });

  function update(state) {
    const { view, run, links } = state;
    fill(node,
      figures(view, run),
      view.approvals.filter((one) => one.is_waiting).map((one) => waiting(one, links)),
      view.failures.length ? failures(view.failures) : null,
      view.pieces.length ? section("Now", h("ul", { class: "pieces" }, view.pieces.map(piece))) : null,
      section("Phases", timeline(view)));
  }

  return { id: "summary", title: "Overview", node, update };
}

function figures(view, run) {
  const { failed, running, waiting: left, unproved, equal, waived, excluded } = view.states;
  const all = failed + running + left + unproved + equal + waived;
  const moved = view.phases.reduce((sum, phase) => sum + phase.bytes, 0);
  const notes = [failed && `${failed} failed`, waived && `${waived} waived`, excluded && `${excluded} left out`].filter(Boolean);
  const down = view.downtime?.is_measured ? view.downtime : null;
  return h("dl", { class: "tiles" },
    tile("Proven equal", `${equal.toLocaleString("en")} of ${all.toLocaleString("en")}`, notes.join(", "), failed ? "bad" : ""),
    tile("Data moved", bytes(moved), count(view.phases.length, "phase")),
    tile("Duration", span(view.started ?? run.started, run.finished), view.expected_end ? `about ${seconds(Math.max(0, (Date.parse(view.expected_end) - Date.now()) / 1000))} left` : ""),
    down ? tile("Downtime", seconds(down.seconds), `${down.writes_lost} of ${down.writes_acknowledged} writes lost`, down.writes_lost ? "bad" : "")
      : tile("Downtime", view.predicted_downtime ? seconds(view.predicted_downtime.seconds) : "–", "predicted"),
    tile("Findings", `${view.findings.blocker + view.findings.warning}`, `${count(view.findings.blocker, "blocker")}, ${count(view.findings.warning, "warning")}`, view.findings.blocker ? "bad" : ""));
}

function waiting(one, links) {
  return h("p", { class: "call" }, h("span", {}, h("strong", {}, words(one.question.split(".").at(-1))), ` waits for a person since ${span(one.at)}`),
    h("span", {}, h("a", { class: "link", href: "#approvals" }, "What is asked"), airflowLink(links.actions, "Answer in Airflow", "button")));
}

function failures(rows) {
  return section(`${count(rows.length, "task")} failed`, h("ul", { class: "failures" },
    rows.map((row) => h("li", {}, h("code", {}, row.task), " ", h("span", { class: "problem" }, row.error)))));
}

function piece(one) {
  const share = one.total_bytes ? one.bytes / one.total_bytes : one.items / Math.max(one.total_items, 1);
  return h("li", {},
    h("span", { class: "what" }, h("a", { class: "link", href: `#items?phase=${one.phase}` }, phaseName(one.phase)), h("span", { class: "note" }, ` ${one.title} · ${one.what}`)),
    bar(share, `${phaseName(one.phase)} ${one.title}`),
    h("span", { class: "figures" }, [
      one.total_items ? `${one.items.toLocaleString("en")} of ${one.total_items.toLocaleString("en")}` : null,
      one.total_bytes ? `${bytes(one.bytes)} of ${bytes(one.total_bytes)}` : one.bytes ? bytes(one.bytes) : null,
      one.rate ? rate(one.rate) : null,
      one.eta !== null ? `about ${seconds(one.eta)} left` : percent(share),
    ].filter(Boolean).join(" · ")));
}

