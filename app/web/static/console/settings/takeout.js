/** Everything that is kept of the person, as one archive. */
import { callAsUser } from "../../lib/auth.js";
import { saveFile } from "../../lib/save_file.js";
import { html, useSignal } from "../../lib/ui.js";
import { settingsWords } from "../../words/index.js";
import { sayFailed } from "../notices.js";
import { sizeText } from "../sizes.js";
import { Part } from "./part.js";

const words = settingsWords.takeout;

export function Takeout() {
  const received = useSignal(/** @type {number | null} */ (null));
  const isDone = useSignal(false);
  const take = async () => {
    if (received.value !== null) return;
    received.value = 0;
    isDone.value = false;
    try {
      const archive = await callAsUser("GET", "/api/v1/export", { asBlob: true, onReceived: (bytes) => (received.value = bytes) });
      saveFile(archive, "interview-tracker.zip");
      isDone.value = true;
    } catch (error) {
      sayFailed(/** @type {Error} */ (error));
    }
    received.value = null;
  };
  const isBusy = received.value !== null;
  return html`
    <${Part} name="takeout" title=${words.title} text=${words.text}>
      <div class="actions">
        <button type="button" aria-busy=${isBusy ? "true" : "false"} onClick=${take}>${words.all}</button>
        <a class="button outline" href="/app/import">${words.bring}</a>
      </div>
      ${isBusy && html`<p class="tabular">${words.received(sizeText(received.value ?? 0))}</p>`}
      <p role="status">${isBusy ? words.making : isDone.value ? words.done : ""}</p>
    </${Part}>
  `;
}
