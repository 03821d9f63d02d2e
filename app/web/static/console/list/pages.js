/** The way through the pages. */
import { html } from "../../lib/ui.js";
import { listWords } from "../../words/index.js";
import { setQuery } from "../router.js";

/** @param {{page: number, all: number}} props */
export function Pages({ page, all }) {
  if (all < 2 && page === 1) return null;
  const show = (next) => {
    setQuery({ page: next === 1 ? null : next }, { replace: false });
    window.scrollTo(0, 0);
  };
  return html`
    <nav class="list-pages" aria-label=${listWords.pages}>
      <button type="button" class="outline small" disabled=${page <= 1} onClick=${() => show(Math.min(page - 1, Math.max(all, 1)))}>${listWords.previous}</button>
      <span class="tabular">${listWords.page(page, all)}</span>
      <button type="button" class="outline small" disabled=${page >= all} onClick=${() => show(page + 1)}>${listWords.next}</button>
    </nav>
  `;
}
