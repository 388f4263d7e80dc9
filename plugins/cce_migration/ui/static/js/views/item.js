/** One item: what was planned and done, both values of its proof, and what the adaptation changed in it. */

import { ask, Refusal } from "../api.js";
import { fill, h } from "../dom.js";
import { bytes, moment, rate, seconds, value, words } from "../format.js";
import { hint, mark } from "../parts.js";
import { phaseName } from "../phases.js";
import { difference } from "./difference.js";

export function makeItem(ids, close) {
  const content = h("div");
  const closing = h("button", { class: "close", "aria-label": "Close the item (Escape)", on: { click: close } }, "×");
  const node = h("div", { class: "item" }, closing, content);
  let wanted = null;

  async function show(phase, key) {
    const isOther = !wanted || wanted.phase !== phase || wanted.key !== key;
    wanted = { phase, key };
    await refresh(isOther);
  }

  async function refresh(isOther = false) {
    try {
      const { data, isNew } = await ask("item", { ...ids, ...wanted });
      if (isNew || isOther) fill(content, drawn(data));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      fill(content, hint(error.message));
    }
  }

  return { node, show, refresh, focus: () => closing.focus() };
}

function drawn({ row, planned, proof, waiver, changes }) {
  return [
    h("p", { class: "kind" }, `${row.kind} · ${phaseName(row.phase)}`),
    h("h2", {}, row.source),
    row.target && row.target !== row.source && h("p", { class: "name to" }, row.target),
    h("p", {}, mark(row.state), " ", row.action && words(row.action)),
    row.problem && h("p", { class: "problem" }, row.problem),
    facts(row),
    waiver && h("p", { class: "note" }, `Accepted by ${waiver.by} on ${moment(waiver.at)}: ${waiver.reason}`),
    !waiver && row.note && h("p", { class: "note" }, row.note),
    proof && proofPart(proof),
    changes.length ? [h("h3", {}, "What the adaptation changed"), difference(changes)] : null,
    planned && plannedPart(planned.details ?? {}),
    h("p", { class: "note" }, "Key in plan and ledger: ", h("code", {}, row.key)),
  ];
}

function facts(row) {
  const rows = [
    ["Data", row.total && row.total !== row.bytes ? `${bytes(row.bytes)}, planned ${bytes(row.total)}` : bytes(row.bytes)],
    ["Time", `${seconds(row.seconds)}, planned ${seconds(row.predicted)}`],
    row.rate ? ["Rate", rate(row.rate)] : null,
    row.eta !== null ? ["Left", seconds(row.eta)] : null,
  ];
  return definitions(rows.filter(Boolean));
}

function definitions(rows) {
  return h("dl", { class: "facts" }, rows.map(([name, text]) => [h("dt", {}, name), h("dd", {}, text)]));
}

function proofPart(proof) {
  return [
    h("h3", {}, "Proof ", mark(proof.equal ? "equal" : "failed", proof.equal ? "equal" : "different")),
    h("p", { class: "note" }, proof.method),
    h("table", { class: "proof" },
      h("tr", {}, h("th", { scope: "row" }, "Source"), h("td", {}, h("code", {}, value(proof.source)))),
      h("tr", {}, h("th", { scope: "row" }, "Target"), h("td", {}, h("code", { class: proof.equal ? null : "other" }, value(proof.target))))),
  ];
}

function plannedPart(details) {
  const rows = Object.entries(details).map(([name, one]) => [words(name), value(one)]);
  return rows.length ? h("details", {}, h("summary", {}, "As planned"), definitions(rows)) : null;
}
