/** Quick add: paste a link, a posting or nothing, see what it was taken for, and add it. */
import { html, signal } from "../../lib/ui.js";
import { frame } from "../../words/index.js";
import { Sheet } from "../sheet.js";

/** What quick add was opened with (`status`, `company`, `url` …); null while it is closed. */
export const quickAdd = signal(/** @type {null | Record<string, string>} */ (null));

/** The sheet. */
export function QuickAdd() {
  return html`<${Sheet} title=${frame.addLong} onClose=${() => (quickAdd.value = null)}></${Sheet}>`;
}
