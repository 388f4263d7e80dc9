/** Draw the Markdown of questions: headings, tables, lists, bold words. Links and all else stay text. */

import { h } from "../dom.js";

export function markdown(text) {
  const blocks = text.split(/\n(?=#+ )|\n\n+/).filter((block) => block.trim());
  return blocks.flatMap(block);
}

function block(text) {
  const lines = text.trim().split("\n");
  const [first, ...rest] = lines;
  const heading = /^#+ (.*)/.exec(first);
  if (heading) return [h("h3", {}, inline(heading[1])), ...(rest.length ? block(rest.join("\n")) : [])];
  if (first.startsWith("|")) return [table(lines.filter((line) => line.startsWith("|")))];
  if (/^[-*] /.test(first)) return [h("ul", {}, lines.map((line) => h("li", {}, inline(line.replace(/^[-*] /, "")))))];
  return [h("p", {}, inline(lines.join(" ")))];
}

function table(lines) {
  const [head, , ...body] = lines.map((line) => line.replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim()));
  return h("table", { class: "plain" },
    h("thead", {}, h("tr", {}, head.map((cell) => h("th", { scope: "col" }, inline(cell))))),
    h("tbody", {}, body.map((row) => h("tr", {}, row.map((cell) => h("td", {}, inline(cell)))))));
}

function inline(text) {
  return text.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").split(/(\*\*[^*]+\*\*|`[^`]+`)/).map((part) => {
    if (part.startsWith("**")) return h("strong", {}, inline(part.slice(2, -2)));
    if (part.startsWith("`")) return h("code", {}, part.slice(1, -1));
    return part;
  });
}
