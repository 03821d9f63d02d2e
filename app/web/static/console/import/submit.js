/** The last step: one button, and why it waits where it does. */
import { html } from "../../lib/ui.js";
import { importWords as words } from "../../words/index.js";

/** @param {{wizard: import("./wizard.js").Wizard}} props */
export function Submit({ wizard }) {
  const { valid_rows: valid, total_rows: total, skipped } = wizard.found.value;
  const wrong = total - valid;
  const count = valid - skipped;
  const isBusy = wizard.isStoring.value;
  const isWaiting = wrong > 0 || count === 0 || wizard.refusal.value?.status === 422;
  return html`
    <div class="import-submit">
      <button type="button" aria-busy=${isBusy ? "true" : "false"} disabled=${isWaiting} onClick=${wizard.store}>
        ${words.submit(count)}
      </button>
      <p class="muted">${wrong > 0 ? words.firstMend(wrong) : count === 0 ? words.nothingNew : words.canUndo}</p>
    </div>
  `;
}
