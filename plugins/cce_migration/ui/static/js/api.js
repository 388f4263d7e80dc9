/** Ask the server, which answers 304 while nothing has changed. */

const known = new Map();

/** What the server refused, with its reason. */
export class Refusal extends Error {
  constructor(status, reason) {
    super(reason);
    this.status = status;
  }
}

/** Return `{data, isNew}`; the data are those of the last answer when the server says that they are the same. */
export async function ask(name, parameters = {}) {
  const address = `api/${name}?${query(parameters)}`;
  const last = known.get(address);
  const headers = last ? { "If-None-Match": last.tag } : {};
  const response = await fetch(address, { headers, cache: "no-store" });
  if (response.status === 304) return { data: last.data, isNew: false };
  if (!response.ok) throw new Refusal(response.status, await reason(response));
  const data = await response.json();
  remember(address, { tag: response.headers.get("ETag"), data });
  return { data, isNew: true };
}

export function query(parameters) {
  const given = Object.entries(parameters).filter(([, value]) => value !== "" && value !== null && value !== undefined);
  return new URLSearchParams(given).toString();
}

function remember(address, answer) {
  if (known.size > 200) known.delete(known.keys().next().value);
  known.set(address, answer);
}

async function reason(response) {
  if (response.status === 401) return "You are logged out: load the page of Airflow anew.";
  if (response.status === 403) return "You may not read this DAG.";
  try {
    return (await response.json()).detail ?? response.statusText;
  } catch {
    return response.statusText;
  }
}
