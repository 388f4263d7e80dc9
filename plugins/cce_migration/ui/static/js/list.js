/** A list of which the server holds the rows: it filters, sorts and pages; this shows one page and takes the keys. */

import { ask } from "./api.js";
import { fill, h } from "./dom.js";
import { count } from "./format.js";
import { moveAmong } from "./keys.js";
import { hint, mark } from "./parts.js";

const PAGE = 100;
const PAUSE_WHILE_TYPING = 150;

/**
 * @param source - name of the server's list
 * @param ids - which run
 * @param noun - of one row
 * @param columns - [{name, title, sort, cell(row), kind}]
 * @param facets - [{name, title, label(value), isChips}]
 * @param keyOf - of a row, to keep its place when the list is shown anew
 * @param open - called with a row that is chosen
 * @param change - called with the new state of the list, which comes back by `show`
 */
export function makeList({ source, ids, noun, columns, facets = [], keyOf, open, change }) {
  let state = {};
  let rows = [];
  let turn = 0;
  const field = h("input", {
    type: "search", "data-filter": true, placeholder: "Filter by words  ( / )", "aria-label": `Filter the ${noun}s by words`,
    on: { input: () => typed(), keydown: (event) => event.key === "Escape" && leaveField() },
  });
  const bar = h("div", { class: "facets" });
  const told = h("p", { class: "told", role: "status" });
  const body = h("tbody");
  const head = h("thead");
  const table = h("table", { class: `list ${source}`, "aria-label": `${noun}s` }, head, body);
  const paging = h("nav", { class: "paging", "aria-label": "Pages" });
  const node = h("div", { class: "list-view" }, h("div", { class: "controls" }, field, bar, told), h("div", { class: "scroller" }, table), paging);
  let typing = null;

  moveAmong(body, () => [...body.rows], { open: (row) => openRow(row) });
  body.addEventListener("click", (event) => {
    const row = event.target.closest("tr");
    if (row && !event.target.closest("a, button")) openRow(row);
  });

  function typed() {
    clearTimeout(typing);
    typing = setTimeout(() => set({ text: field.value.trim() }), PAUSE_WHILE_TYPING);
  }

  function leaveField() {
    if (field.value) {
      field.value = "";
      set({ text: "" });
    } else body.rows[0]?.focus();
  }

  function openRow(element) {
    const row = rows[element.sectionRowIndex];
    if (row && open) open(row);
  }

  function set(part) {
    change({ ...state, offset: "", ...part });
  }

  async function refresh() {
    const mine = ++turn;
    const { data, isNew } = await ask(source, { ...ids, ...state, limit: PAGE });
    if (mine === turn && (isNew || node.dataset.shown !== JSON.stringify(state))) render(data);
  }

  function render(data) {
    rows = data.rows;
    node.dataset.shown = JSON.stringify(state);
    const focused = body.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    const last = focused ?? body.querySelector("tr[tabindex='0']")?.dataset.key;
    const offset = Number(state.offset || 0);
    fill(head, headRow());
    fill(body, rows.map((row, place) => bodyRow(row, offset + place)));
    const current = [...body.rows].find((row) => row.dataset.key === last) ?? body.rows[0];
    if (current) current.tabIndex = 0;
    if (focused) current?.focus({ preventScroll: true });
    table.setAttribute("aria-rowcount", data.total);
    fill(bar, facets.map((facet) => facetOf(facet, data.counts[facet.name] ?? {})));
    fill(told, count(data.total, noun));
    fill(paging, pages(offset, data.total));
    if (!rows.length) fill(body, h("tr", {}, h("td", { colspan: columns.length }, hint(`No ${noun} fits.`))));
  }

  function headRow() {
    return h("tr", {}, columns.map((column) => {
      const isChosen = column.sort && state.by === column.sort;
      const order = isChosen ? (state.descending ? "descending" : "ascending") : null;
      const sort = () => set({ by: column.sort, descending: isChosen && !state.descending ? "true" : "" });
      return h("th", { class: column.kind, scope: "col", "aria-sort": order },
        column.sort ? h("button", { class: "sort", on: { click: sort } }, column.title) : column.title);
    }));
  }

  function bodyRow(row, place) {
    return h("tr", { tabindex: -1, data: { key: keyOf(row) }, "aria-rowindex": place + 1, class: open ? "opens" : null },
      columns.map((column) => h("td", { class: column.kind }, column.cell(row))));
  }

  function facetOf(facet, counts) {
    const chosen = state[facet.name] ?? "";
    const values = (facet.values ?? Object.keys(counts).sort()).filter((value) => counts[value] || value === chosen);
    return facet.isChips ? chips(facet, chosen, values, counts) : select(facet, chosen, values, counts);
  }

  function chips(facet, chosen, values, counts) {
    return h("div", { class: "chips", role: "group", "aria-label": facet.title }, values.map((value) =>
      h("button", { class: "chip", "aria-pressed": String(value === chosen), data: { value },
        on: { click: () => set({ [facet.name]: value === chosen ? "" : value }) } },
      mark(value, facet.label(value)), ` ${(counts[value] ?? 0).toLocaleString("en")}`)));
  }

  function select(facet, chosen, values, counts) {
    const options = values.map((value) =>
      h("option", { value, selected: value === chosen }, `${facet.label(value)} (${(counts[value] ?? 0).toLocaleString("en")})`));
    return h("select", { "aria-label": facet.title, on: { change: (event) => set({ [facet.name]: event.target.value }) } },
      h("option", { value: "" }, `${facet.title}: all`), options);
  }

  function pages(offset, total) {
    if (total <= PAGE) return [];
    const to = (place) => () => set({ offset: String(place) });
    return [
      h("button", { disabled: offset <= 0, on: { click: to(Math.max(0, offset - PAGE)) } }, "Previous"),
      h("span", {}, `${(offset + 1).toLocaleString("en")} to ${Math.min(offset + PAGE, total).toLocaleString("en")} of ${total.toLocaleString("en")}`),
      h("button", { disabled: offset + PAGE >= total, on: { click: to(offset + PAGE) } }, "Next"),
    ];
  }

  /** Take the state out of the address, and show it. */
  function show(query) {
    state = Object.fromEntries(query);
    if (document.activeElement !== field) field.value = state.text ?? "";
    return refresh();
  }

  return { node, show, refresh };
}
