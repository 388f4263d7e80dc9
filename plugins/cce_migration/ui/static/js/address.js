/** Know where the page stands: its run, the part behind `#`, and Airflow's page around it. */

const around = parent === window ? null : parent;

export function runIds() {
  const given = new URLSearchParams(location.search);
  return { dag_id: given.get("dag_id") ?? "", run_id: given.get("run_id") ?? "" };
}

/** Return `{path, query}` of `#items/<phase>/<key>?text=…`; parts of the path are decoded. */
export function route() {
  const [path, query = ""] = hash().replace(/^#/, "").split("?");
  return { path: path.split("/").filter(Boolean).map(decoded), query: new URLSearchParams(query) };
}

export function hashOf(path, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value);
  const rest = given.length ? `?${new URLSearchParams(given)}` : "";
  return `#${path.map(encodeURIComponent).join("/")}${rest}`;
}

/** Take a new place; the address of Airflow's page shows it, so that it can be copied. */
export function go(target, { replace = false } = {}) {
  history[replace ? "replaceState" : "pushState"](null, "", target);
  around?.history.replaceState(around.history.state, "", target === "#" ? around.location.pathname : target);
  dispatchEvent(new Event("route"));
}

export function onRoute(call) {
  for (const event of ["popstate", "hashchange", "route"]) addEventListener(event, call);
}

/** Open a page of Airflow, by its address below Airflow's root, in place of the one around. */
export function openAirflow(address) {
  if (!around) {
    location.href = new URL(address, root()).href;
    return;
  }
  // The frame may not send the page around elsewhere; but its router goes where its history says.
  around.history.pushState(null, "", new URL(address, around.document.baseURI).href);
  around.dispatchEvent(new PopStateEvent("popstate", { state: null }));
}

/** Return the address for a link's `href`, so that it can be copied. */
export function airflowAddress(address) {
  return new URL(address, root()).href;
}

function root() {
  return around ? around.document.baseURI : new URL("../", location.href).href;
}

let isFirst = true;

function hash() {
  // Airflow does not hand the part behind `#` on to the frame.
  const wanted = isFirst && !location.hash && around ? around.location.hash : location.hash;
  if (isFirst && wanted) history.replaceState(null, "", wanted);
  isFirst = false;
  return wanted;
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
