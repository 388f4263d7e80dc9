/** What can be taken away: evidence, report, logs of engines. */

import { ask, query } from "../api.js";
import { fill, h } from "../dom.js";
import { bytes } from "../format.js";
import { airflowLink, hint, section } from "../parts.js";

const KINDS = [["evidence", "Evidence"], ["report", "Report"], ["log", "Logs of engines"]];

export function filesView(ids) {
  const content = h("div", { class: "stack" });
  const node = h("div", { class: "stack" }, content);
  let links = null;

  async function refresh() {
    const { data } = await ask("files", ids);
    fill(content, KINDS.map(([kind, title]) => part(title, data.files.filter((file) => file.kind === kind))),
      links && section("Report as a page", airflowLink(links.report, "Open the report")));
  }

  function part(title, files) {
    return section(title, files.length ? h("ul", { class: "files" }, files.map(entry)) : hint("None yet."));
  }

  function entry(file) {
    const address = `api/file?${query({ ...ids, name: file.name })}`;
    return h("li", {}, h("a", { href: address, download: file.name.split("/").at(-1), class: "link" }, file.name), h("span", { class: "note" }, bytes(file.bytes)));
  }

  return { id: "files", title: "Files", node, show: refresh, refresh, update: (state) => (links = state.links) };
}
