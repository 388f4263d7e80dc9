/** What was found in the source, and what keeps the run from counting as done. */

import { go, hashOf } from "../address.js";
import { h } from "../dom.js";
import { words } from "../format.js";
import { makeList } from "../list.js";
import { mark } from "../parts.js";
import { phaseName } from "../phases.js";

export function findingsView(ids) {
  const list = makeList({
    source: "findings", ids, noun: "finding", columns: COLUMNS, keyOf: (row) => `${row.rule}/${row.object}/${row.message}`,
    facets: [
      { name: "severity", title: "Severity", label: words, values: ["blocker", "warning", "info"], isChips: true },
      { name: "rule", title: "Rule", label: words },
    ],
    change: (state) => go(hashOf(["findings"], state), { replace: true }),
  });
  const show = (path, query) => {
    if (!query.has("by")) query.set("by", "severity");
    return list.show(query);
  };
  return { id: "findings", title: "Findings", node: list.node, show, refresh: list.refresh };
}

const COLUMNS = [
  { title: "Severity", sort: "severity", kind: "c-state", cell: (row) => mark(row.severity) },
  { title: "Object", sort: "object", kind: "c-object", cell: (row) => [h("span", { class: "kind" }, words(row.rule)), h("span", { class: "name" }, row.object)] },
  { title: "What", kind: "c-what", cell: (row) => [row.message, row.why && h("span", { class: "note" }, row.why)] },
  { title: "What to do", kind: "c-remedy", cell: remedyCell },
];

function remedyCell(row) {
  return [row.remedy, row.handled_by && h("span", { class: "note" }, mark("equal", `handled by ${phaseName(row.handled_by)}`))];
}
