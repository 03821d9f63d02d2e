/** A part of the settings. */
import { html } from "../../lib/ui.js";

/**
 * @param {object} props
 * @param {string} props.name of the words, and of the heading's id
 * @param {string} props.title
 * @param {string} [props.text]
 * @param {any} [props.children]
 */
export function Part({ name, title, text, children }) {
  return html`
    <section class="panel" aria-labelledby=${`settings-${name}`}>
      <h2 id=${`settings-${name}`} tabindex="-1">${title}</h2>
      ${text && html`<p class="muted">${text}</p>`}
      ${children}
    </section>
  `;
}
