/** What the filters find, as a file. */
import { callAsUser } from "../../lib/auth.js";
import { saveFile } from "../../lib/save_file.js";
import { html, useSignal } from "../../lib/ui.js";
import { listWords } from "../../words/index.js";
import { Menu } from "../menu.js";
import { say, sayFailed } from "../notices.js";
import { query } from "../router.js";
import { filtersOf } from "./query.js";

/** The menu. */
export function ExportMenu() {
  const isBusy = useSignal(false);
  const save = async (kind) => {
    if (isBusy.value) return;
    isBusy.value = true;
    try {
      saveFile(await callAsUser("GET", `/api/v1/positions/export.${kind}?${filtersOf(query.value)}`, { asBlob: true }), `positions.${kind}`);
      say(listWords.exported);
    } catch (error) {
      sayFailed(/** @type {Error} */ (error));
    }
    isBusy.value = false;
  };
  const items = Object.entries(listWords.exportAs).map(([kind, label]) => ({ label, onChoose: () => save(kind) }));
  return html`<${Menu} label=${listWords.export} items=${items} class="outline small" />`;
}
