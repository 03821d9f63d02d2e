/** What every view begins with. */
import { html, useEffect, useLayoutEffect, useRef } from "../lib/ui.js";
import { words } from "../words/index.js";
import { isField } from "./keys.js";
import { arrivals } from "./router.js";

/**
 * The heading of a view. It gives the page its title, and takes the focus when the person has come from another view,
 * so that whoever cannot see knows where they are.
 *
 * @param {{title: string, children?: any}} props `children` stand beside it
 */
export function ViewHead({ title, children }) {
  const heading = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    document.title = `${title} · ${words.product}`;
  }, [title]);
  useLayoutEffect(() => {
    // Whoever types in the search already goes on typing.
    if (arrivals.value > 0 && !isField(document.activeElement)) heading.current?.focus({ preventScroll: true });
  }, []);
  return html`
    <header class="view-head">
      <h1 tabindex="-1" ref=${heading}>${title}</h1>
      ${children && html`<div class="actions">${children}</div>`}
    </header>
  `;
}
