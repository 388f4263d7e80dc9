/** Small parts that several views show. */

import { airflowAddress, openAirflow } from "./address.js";
import { h } from "./dom.js";
import { words } from "./format.js";

/** Return a coloured mark with a word: colour alone tells nothing to some. */
export function mark(state, text = words(state)) {
  return h("span", { class: `mark ${String(state).replaceAll(" ", "-")}` }, text);
}

export function tile(label, number, note = "", kind = "") {
  return h("div", { class: `tile ${kind}` }, h("dt", {}, label), h("dd", {}, number), note && h("dd", { class: "note" }, note));
}

export function hint(text) {
  return h("p", { class: "hint" }, text);
}

export function section(title, ...children) {
  return h("section", { class: "card" }, title && h("h2", {}, title), children);
}

/** Return a link to a page of Airflow. */
export function airflowLink(address, text, kind = "link") {
  const follow = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    openAirflow(address);
  };
  return h("a", { href: airflowAddress(address), class: kind, on: { click: follow } }, text);
}

/** Return a bar that is full at 1. */
export function bar(share, label, kind = "") {
  const whole = Math.round(Math.min(1, Math.max(0, share)) * 1000) / 10;
  return h(
    "div",
    { class: `bar ${kind}`, role: "progressbar", "aria-label": label, "aria-valuemin": 0, "aria-valuemax": 100, "aria-valuenow": whole },
    h("i", { style: { width: `${whole}%` } }),
  );
}
