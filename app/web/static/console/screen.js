/** Whether the screen is a phone's, by the same width as in the style sheets. */
import { signal } from "../lib/ui.js";

const narrow = window.matchMedia("(max-width: 800px)");

/** It follows the window. */
export const isPhone = signal(narrow.matches);

narrow.addEventListener("change", () => (isPhone.value = narrow.matches));
