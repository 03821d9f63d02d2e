/** Bars. Drawn, and not backgrounds, so that they come out on paper; what they show stands beside them in words. */
import { html } from "../lib/ui.js";

/**
 * Parts of a whole, one after the other.
 *
 * @param {{parts: {value: number, kind: string}[], whole: number}} props
 */
export function Bar({ parts, whole }) {
  let from = 0;
  const pieces = parts.map(({ value, kind }) => {
    const width = whole > 0 ? (100 * value) / whole : 0;
    from += width;
    return html`<rect class=${kind} x=${from - width} width=${width} height="4" />`;
  });
  return html`
    <svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
      <rect class="track" width="100" height="4" />
      ${pieces}
    </svg>
  `;
}
