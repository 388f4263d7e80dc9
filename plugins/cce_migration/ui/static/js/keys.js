/** Move by keyboard: arrows in lists and among tabs, `/` to the filter. */

const STEPS = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity };
const TAB_STEPS = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity };

/** Let the arrows move among the elements that `find` returns; one of them alone is reached by Tab. */
export function moveAmong(container, find, { steps = STEPS, open = null } = {}) {
  container.addEventListener("keydown", (event) => {
    const all = find();
    const at = all.indexOf(event.target);
    if (at < 0) return;
    if (open && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      open(event.target);
    } else if (event.key in steps) {
      event.preventDefault();
      focusOne(all, Math.min(all.length - 1, Math.max(0, at + steps[event.key])));
    }
  });
}

export function moveAmongTabs(container, find) {
  moveAmong(container, find, { steps: TAB_STEPS });
}

function focusOne(all, at) {
  all.forEach((element, place) => (element.tabIndex = place === at ? 0 : -1));
  all[at].focus();
}

/** Have `/` lead to the filter that is on the screen, from everywhere but a field to type in. */
export function slashToFilter() {
  addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.target.matches("input, textarea, select")) return;
    const field = [...document.querySelectorAll("[data-filter]")].find((one) => one.offsetParent);
    if (!field) return;
    event.preventDefault();
    field.focus();
    field.select();
  });
}
