/** The ways to the next and the previous page of a list. */
import { html } from "../../lib/ui.js";
import { settingsWords as words } from "../../words/index.js";
import { setQuery } from "../router.js";

/** @param {{of: {page: number, total_pages: number, has_next: boolean, has_prev: boolean}}} props */
export function Pages({ of: { page, total_pages: pages, has_next: hasNext, has_prev: hasPrevious } }) {
  if (pages <= 1) return null;
  const turn = (to) => setQuery({ page: to === 1 ? null : to }, { replace: false });
  return html`
    <nav class="actions" aria-label=${words.pages.label}>
      <button type="button" class="small outline" disabled=${!hasPrevious} onClick=${() => turn(page - 1)}>${words.pages.previous}</button>
      <span class="tabular">${words.pages.place(page, pages)}</span>
      <button type="button" class="small outline" disabled=${!hasNext} onClick=${() => turn(page + 1)}>${words.pages.next}</button>
    </nav>
  `;
}
