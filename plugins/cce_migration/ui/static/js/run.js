/** The page of one run: its head, its views, and what is new in them. */

import { go, onRoute, route, runIds } from "./address.js";
import { ask, Refusal } from "./api.js";
import { fill, h } from "./dom.js";
import { makeHead } from "./head.js";
import { moveAmongTabs, slashToFilter } from "./keys.js";
import { poll } from "./live.js";
import { hint } from "./parts.js";
import { followTheme } from "./theme.js";
import { approvalsView } from "./views/approvals.js";
import { changesView } from "./views/changes.js";
import { downtimeView } from "./views/downtime.js";
import { filesView } from "./views/files.js";
import { findingsView } from "./views/findings.js";
import { itemsView } from "./views/items.js";
import { summaryView } from "./views/summary.js";
import { trendView } from "./views/trend.js";

const ids = runIds();
const page = document.getElementById("page");
const head = makeHead();
const views = [summaryView(), itemsView(ids), findingsView(ids), approvalsView(), changesView(ids), downtimeView(), trendView(ids), filesView(ids)];
const tabs = h("div", { class: "tabs", role: "tablist", "aria-label": "Views of the run" }, views.map(tab));
const place = h("main", { id: "view", role: "tabpanel", tabindex: -1 });
const notice = h("p", { class: "notice", role: "alert", hidden: true });
let state = null;
let current = null;

function tab(view) {
  const count = h("span", { class: "count" });
  view.tab = h("button", { role: "tab", id: `tab-${view.id}`, "aria-controls": "view", on: { click: () => go(`#${view.id}`) } }, view.title, count);
  view.told = count;
  return view.tab;
}

async function showRoute() {
  const { path, query } = route();
  const wanted = views.find((view) => view.id === path[0]) ?? views[0];
  if (wanted !== current) {
    current = wanted;
    for (const view of views) {
      view.tab.setAttribute("aria-selected", String(view === wanted));
      view.tab.tabIndex = view === wanted ? 0 : -1;
    }
    place.setAttribute("aria-labelledby", wanted.tab.id);
    fill(place, wanted.node);
  }
  await guarded(() => current.show?.(path.slice(1), query));
}

async function look() {
  const isFine = await guarded(async () => {
    const { data, isNew } = await ask("run", ids);
    if (isNew || state === null || isTicking(data)) draw(data);
    if (data.view && current) await current.refresh?.();
  });
  return !isFine || !state?.view || isTicking(state);
}

function isTicking({ run }) {
  return ["queued", "running"].includes(run.state);
}

function draw(data) {
  const isFirst = !state?.view;
  state = data;
  head.update(data);
  if (!data.view) {
    fill(page, head.node, hint("This run has no record yet: its first task writes it. This page looks again by itself."));
    return;
  }
  for (const view of views) view.update?.(data);
  tell(data.view);
  if (isFirst) {
    fill(page, head.node, notice, tabs, place);
    showRoute();
  }
}

function tell(view) {
  const numbers = {
    items: Object.values(view.states).reduce((sum, one) => sum + one, 0),
    findings: view.findings.blocker + view.findings.warning + view.findings.info,
    approvals: view.approvals.filter((one) => one.is_waiting).length,
    changes: view.changed_objects,
  };
  for (const one of views) one.told.textContent = numbers[one.id] ? numbers[one.id].toLocaleString("en") : "";
  views.find((one) => one.id === "approvals").told.classList.toggle("calls", numbers.approvals > 0);
}

/** Say what went wrong, and go on: the server may be away for a moment. */
async function guarded(call) {
  try {
    await call();
    notice.hidden = true;
    return true;
  } catch (error) {
    const reason = error instanceof Refusal ? error.message : "The server does not answer; this page asks again.";
    if (state?.view) {
      notice.hidden = false;
      notice.textContent = reason;
    } else fill(page, hint(reason));
    if (!(error instanceof Refusal) && !(error instanceof TypeError)) throw error;
    return false;
  }
}

followTheme();
slashToFilter();
moveAmongTabs(tabs, () => views.map((view) => view.tab));
onRoute(() => state?.view && showRoute());
poll(look);
