/** The changes of one object, by rule: what went, what came. */

import { h } from "../dom.js";

export function difference(changes) {
  return h("table", { class: "difference" }, h("tbody", {}, changes.map((change, place) =>
    h("tr", {},
      h("td", {}, place && changes[place - 1].rule === change.rule ? "" : h("code", {}, change.rule)),
      h("td", {}, h("span", { class: "name" }, change.path), side("del", change.before), side("ins", change.after))))));
}

function side(tag, value) {
  if (value === null || value === undefined || (Array.isArray(value) && !value.length)) return null;
  return h(tag, {}, typeof value === "string" ? value : JSON.stringify(value));
}
