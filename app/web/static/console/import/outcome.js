/** What came of the import, and the way back. */
import { html, useLayoutEffect, useRef, useSignal } from "../../lib/ui.js";
import { importWords as words } from "../../words/index.js";
import { sayFailed } from "../notices.js";

/** @param {{wizard: import("./wizard.js").Wizard, result: import("./wizard.js").Result}} props */
export function Outcome({ wizard, result: { imported, skipped, import_id: id, isUndone } }) {
  const isBusy = useSignal(false);
  const heading = useRef(/** @type {HTMLElement | null} */ (null));
  useLayoutEffect(() => heading.current?.focus(), [id, isUndone]);
  const undo = async () => {
    if (isBusy.value || !id) return;
    isBusy.value = true;
    try {
      await wizard.undo(id);
    } catch (error) {
      sayFailed(/** @type {Error} */ (error));
    }
    isBusy.value = false;
  };
  return html`
    <section class="panel import-outcome">
      <h2 tabindex="-1" ref=${heading}>${isUndone ? words.isUndone : words.imported(imported)}</h2>
      ${skipped > 0 && html`<p>${words.skipped(skipped)}</p>`}
      ${!isUndone && imported > 0 && html`<p>${words.whatNow}</p>`}
      <div class="actions">
        ${!isUndone && html`<a class="button" href="/app/board">${words.toBoard}</a>`}
        ${!isUndone && html`<a class="button outline" href="/app/list">${words.toList}</a>`}
        <button type="button" class="outline" onClick=${wizard.close}>${words.importAnother}</button>
        ${id && html`<button type="button" class="outline secondary" aria-busy=${isBusy.value ? "true" : "false"} onClick=${undo}>${words.undo}</button>`}
      </div>
      ${id && html`<p class="muted">${words.undoText}</p>`}
    </section>
  `;
}
