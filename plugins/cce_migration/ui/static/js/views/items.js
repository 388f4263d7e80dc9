/** The items of all phases: a list, and beside it the one that was opened. */

import { go, hashOf } from "../address.js";
import { fill, h } from "../dom.js";
import { bytes, NOTHING, rate, seconds, words } from "../format.js";
import { makeList } from "../list.js";
import { bar, mark } from "../parts.js";
import { phaseName } from "../phases.js";
import { makeItem } from "./item.js";

const STATES = ["failed", "running", "waiting", "unproved", "equal", "waived", "excluded"];

export function itemsView(ids) {
  let query = new URLSearchParams();
  const list = makeList({
    source: "items", ids, noun: "item", columns: COLUMNS, keyOf: (row) => `${row.phase}/${row.key}`,
    facets: [
      { name: "state", title: "State", label: words, values: STATES, isChips: true },
      { name: "phase", title: "Phase", label: phaseName },
      { name: "kind", title: "Kind", label: words },
    ],
    open: (row) => go(hashOf(["items", row.phase, row.key], Object.fromEntries(query))),
    change: (state) => go(hashOf(["items"], state), { replace: true }),
  });
  const panel = h("aside", { class: "panel", hidden: true, "aria-label": "Item" });
  const node = h("div", { class: "split" }, list.node, panel);
  const close = () => go(hashOf(["items"], Object.fromEntries(query)));
  const item = makeItem(ids, close);
  panel.append(item.node);
  node.addEventListener("keydown", (event) => event.key === "Escape" && !panel.hidden && close());

  async function show(path, given) {
    if (path.length === 1) return go(hashOf(["items"], { phase: path[0] }), { replace: true });
    query = given;
    const wasOpen = !panel.hidden;
    panel.hidden = path.length < 2;
    node.classList.toggle("with-panel", !panel.hidden);
    const shown = list.show(given);
    if (panel.hidden) {
      await shown;
      if (wasOpen) list.node.querySelector("tr[tabindex='0']")?.focus();
      return null;
    }
    await Promise.all([shown, item.show(path[0], path.slice(1).join("/"))]);
    return wasOpen ? null : item.focus();
  }

  return { id: "items", title: "Items", node, show, refresh: () => Promise.all([list.refresh(), panel.hidden || item.refresh()]) };
}

const COLUMNS = [
  { title: "State", sort: "state", kind: "c-state", cell: (row) => mark(row.state) },
  { title: "Item", sort: "source", kind: "c-item", cell: itemCell },
  { title: "Data", sort: "bytes", kind: "number c-data", cell: dataCell },
  { title: "Rate", sort: "rate", kind: "number c-rate", cell: (row) => rate(row.rate) },
  { title: "Time", sort: "seconds", kind: "number c-time", cell: timeCell },
  { title: "Left", sort: "eta", kind: "number c-left", cell: (row) => seconds(row.eta) },
  { title: "Proof or problem", kind: "c-proof", cell: proofCell },
];

function itemCell(row) {
  return [
    h("span", { class: "kind" }, `${row.kind} · ${phaseName(row.phase)}`),
    h("span", { class: "name" }, row.source),
    row.target && row.target !== row.source && h("span", { class: "name to" }, row.target),
  ];
}

function dataCell(row) {
  if (row.state !== "running" || !row.total) return bytes(row.bytes || (row.state === "waiting" ? row.total : 0));
  return [`${bytes(row.bytes)} of ${bytes(row.total)}`, bar(row.bytes / row.total, `Copied of ${row.source}`)];
}

function timeCell(row) {
  const planned = row.predicted ? h("span", { class: "note" }, `planned ${seconds(row.predicted)}`) : null;
  return [row.seconds === null ? NOTHING : seconds(row.seconds), planned];
}

function proofCell(row) {
  return [
    row.proof && h("span", { class: "method" }, row.proof),
    row.problem && h("span", { class: "problem" }, row.problem),
    row.note && h("span", { class: "note" }, row.note),
  ];
}
