/** Quick add: paste a link, a posting or nothing, see what it was taken for, and add it. */
import { html, signal } from "../../lib/ui.js";
import { frame } from "../../words/index.js";
import { Sheet } from "../sheet.js";
import { AddFlow } from "./add_flow.js";

/** What quick add was opened with (`status`, `company`, `url` …); null while it is closed. */
export const quickAdd = signal(/** @type {null | Record<string, string>} */ (null));

/** The sheet. */
export function QuickAdd() {
  const close = () => (quickAdd.value = null);
  return html`
    <${Sheet} title=${frame.addLong} onClose=${close}>
      <${AddFlow} given=${quickAdd.value ?? {}} onAdded=${close} onLeave=${close} />
    </${Sheet}>
  `;
}
