/** The objects that the adaptation changed; each opens as the item of its phase, with its difference. */

import { go, hashOf } from "../address.js";
import { h } from "../dom.js";
import { makeList } from "../list.js";

export function changesView(ids) {
  const list = makeList({
    source: "changes", ids, noun: "object", columns: COLUMNS, keyOf: (row) => row.key,
    open: (row) => go(hashOf(["items", "adaptation", row.key])),
    change: (state) => go(hashOf(["changes"], state), { replace: true }),
  });
  return { id: "changes", title: "Changes", node: list.node, show: (path, query) => list.show(query), refresh: list.refresh };
}

const COLUMNS = [
  { title: "Object", sort: "object", kind: "c-object", cell: (row) => h("span", { class: "name" }, row.object) },
  { title: "Changes", sort: "count", kind: "number c-data", cell: (row) => row.count },
  { title: "By rules", kind: "c-what", cell: (row) => row.rules.map((rule) => h("code", { class: "rule" }, rule)) },
];
