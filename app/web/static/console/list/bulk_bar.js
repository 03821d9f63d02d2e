/** What can be done with all that are chosen. */
import { html, useSignal } from "../../lib/ui.js";
import { changeWords, listWords } from "../../words/index.js";
import { archive, remove } from "../changes/change_positions.js";
import { MoveSheet } from "../changes/move_sheet.js";
import { TagSheet } from "./tag_sheet.js";

/**
 * @param {object} props
 * @param {any[]} props.selected
 * @param {import("../../vendor/preact-signals-2.11.4.js").Signal<Set<string>>} props.selection
 */
export function BulkBar({ selected, selection }) {
  const open = useSignal(/** @type {"" | "move" | "tags"} */ (""));
  const areArchived = selected.every((position) => position.archived);
  const finish = (act) => () => {
    act();
    selection.value = new Set();
    // The bar goes away, and what was pressed with it.
    /** @type {HTMLElement | null} */ (document.querySelector("main h1"))?.focus({ preventScroll: true });
  };
  return html`
    <div class="list-bulk" role="region" aria-label=${listWords.selected(selected.length)}>
      <strong role="status">${listWords.selected(selected.length)}</strong>
      <button type="button" class="small outline" onClick=${() => (open.value = "move")}>${changeWords.moveTo}</button>
      <button type="button" class="small outline" onClick=${() => (open.value = "tags")}>${listWords.tags}</button>
      <button type="button" class="small outline" onClick=${finish(() => void archive(selected, !areArchived))}>
        ${areArchived ? changeWords.unarchive : changeWords.archive}
      </button>
      <button type="button" class="small outline" onClick=${finish(() => remove(selected))}>${changeWords.delete}</button>
      <button type="button" class="quiet" aria-label=${listWords.clearSelection} onClick=${finish(() => {})}>×</button>
    </div>
    ${open.value === "move" && html`<${MoveSheet} positions=${selected} onClose=${() => (open.value = "")} />`}
    ${open.value === "tags" && html`<${TagSheet} positions=${selected} onClose=${() => (open.value = "")} />`}
  `;
}
