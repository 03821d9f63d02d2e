/** A bar that shows a share. It says nothing to screen readers: the number stands beside it. */
import { html } from "../../lib/ui.js";

/** @param {{share: number}} props 0 to 1 */
export function Bar({ share }) {
  return html`
    <svg class="statistics-bar" width="100%" height="10" aria-hidden="true" focusable="false">
      <rect class="back" width="100%" height="10" rx="3" />
      <rect width=${`${Math.max(0, Math.min(1, share)) * 100}%`} height="10" rx="3" />
    </svg>
  `;
}
