/** Follow Airflow's theme: it keeps its choice in this origin's storage, and marks its own page with it. */

const KEY = "theme";
const DARK = matchMedia("(prefers-color-scheme: dark)");

function isDark() {
  const chosen = localStorage.getItem(KEY);
  return chosen === "dark" || (chosen !== "light" && DARK.matches);
}

export function followTheme() {
  const apply = () => (document.documentElement.dataset.theme = isDark() ? "dark" : "light");
  // Storage tells every page of this origin but the one that wrote; this one stands in a frame of its own.
  addEventListener("storage", (event) => event.key === KEY && apply());
  DARK.addEventListener("change", apply);
  apply();
}
