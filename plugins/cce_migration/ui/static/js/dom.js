/** Make elements. Text only ever becomes a text node: nothing that a name holds is read as markup. */

const SVG = "http://www.w3.org/2000/svg";

/** Return an element; `on` of the properties holds listeners, `style` properties of the CSS object model. */
export function h(tag, properties = {}, ...children) {
  return filled(document.createElement(tag), properties, children);
}

/** Return an element of SVG. */
export function svg(tag, properties = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), properties, children);
}

/** Replace what an element holds. */
export function fill(element, ...children) {
  element.replaceChildren(...nodes(children));
  return element;
}

function filled(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) apply(element, name, value);
  element.append(...nodes(children));
  return element;
}

function apply(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name === "on") for (const [event, call] of Object.entries(value)) element.addEventListener(event, call);
  else if (name === "style") for (const [key, one] of Object.entries(value)) element.style.setProperty(key, one);
  else if (name === "data") Object.assign(element.dataset, value);
  else element.setAttribute(name, value === true ? "" : value);
}

function nodes(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
}
