/** Light, dark, or as the system has it: kept in this browser, and the same in all its tabs. */
import { signal } from "./ui.js";

const KEY = "interview-tracker.theme";

/** @type {import("../vendor/preact-signals-2.11.4.js").Signal<"light" | "dark" | "system">} */
export const theme = signal(stored());

window.addEventListener("storage", (event) => {
  if (event.key === KEY || event.key === null) show(stored());
});

/** @param {"light" | "dark" | "system"} chosen */
export function chooseTheme(chosen) {
  try {
    if (chosen === "system") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, chosen);
  } catch {
    // It holds until the page is left.
  }
  show(chosen);
}

function show(chosen) {
  theme.value = chosen;
  if (chosen === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
}

function stored() {
  try {
    const kept = localStorage.getItem(KEY);
    return kept === "light" || kept === "dark" ? kept : "system";
  } catch {
    return "system";
  }
}
