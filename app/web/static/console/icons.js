/** Line icons of the navigation, drawn here: each a path in a square of 24. They say nothing to screen readers. */
import { html } from "../lib/ui.js";

const PATHS = {
  today: "M4 11l8-7 8 7v9h-5v-6H9v6H4z",
  board: "M4 5h4v14H4zM10 5h4v9h-4zM16 5h4v11h-4z",
  list: "M4 6h16M4 12h16M4 18h16",
  calendar: "M4 6h16v14H4zM4 10h16M8 3v4M16 3v4",
  statistics: "M4 20h16M7 20v-6M12 20V6M17 20v-9",
  practice: "M12 4a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V7a3 3 0 0 1 3-3zM6 11v1a6 6 0 0 0 12 0v-1M12 18v3",
  add: "M12 5v14M5 12h14",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  settings: "M4 7h10M18 7h2M4 17h2M10 17h10M16 5v4M8 15v4",
  import: "M12 4v11M8 11l4 4 4-4M4 19h16",
  search: "M11 5a6 6 0 1 0 0 12 6 6 0 0 0 0-12zM16 16l4 4",
  fold: "M15 6l-6 6 6 6",
  unfold: "M9 6l6 6-6 6",
};

/** @param {{name: keyof typeof PATHS | string}} props */
export function Icon({ name }) {
  return html`
    <svg class="icon" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false">
      <path d=${PATHS[name] ?? PATHS.more} />
    </svg>
  `;
}
