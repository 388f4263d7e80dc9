/** The questions of a run: those that wait lead to Airflow's page where they are answered. */

import { fill, h } from "../dom.js";
import { moment, words } from "../format.js";
import { airflowLink, hint, mark, section } from "../parts.js";
import { markdown } from "./markdown.js";

export function approvalsView() {
  const node = h("div", { class: "stack" });

  function update({ view, links }) {
    const asked = [...view.approvals].reverse();
    fill(node, asked.length ? asked.map((one) => question(one, links)) : hint("Nothing was asked yet."));
  }

  return { id: "approvals", title: "Approvals", node, update };
}

function question(one, links) {
  const name = words(one.question.split(".").at(-1));
  return section(null,
    h("div", { class: "heading" }, h("h2", {}, name), one.is_waiting
      ? [mark("waiting", "waits for a person"), airflowLink(links.actions, "Answer in Airflow", "button")]
      : one.answer ? mark(one.answer.approved ? "equal" : "failed", one.answer.approved ? "approved" : "rejected") : mark("stopped", "not answered")),
    h("p", { class: "note" }, `Asked on ${moment(one.at)}`,
      one.answer && `, answered on ${moment(one.answer.at)} by ${one.answer.by}${one.answer.reason ? `: ${one.answer.reason}` : ""}`),
    h("details", { open: one.is_waiting }, h("summary", {}, "What was shown"), h("div", { class: "shown" }, markdown(one.text))));
}
