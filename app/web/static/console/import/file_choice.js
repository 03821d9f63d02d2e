/** The place where a file is dropped or chosen. */
import { html, useRef, useSignal } from "../../lib/ui.js";
import { importWords as words } from "../../words/index.js";
import { isPhone } from "../screen.js";
import { sizeText } from "../sizes.js";

const TYPES = ".csv,.tsv,.txt,.xlsx,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/** @param {{wizard: import("./wizard.js").Wizard}} props */
export function FileChoice({ wizard }) {
  const isOver = useSignal(false);
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  const take = (/** @type {FileList | null | undefined} */ files) => {
    if (files?.[0]) void wizard.open(files[0]);
    // So that the same file can be chosen again after it was mended.
    if (input.current) input.current.value = "";
  };
  const drop = (event) => {
    event.preventDefault();
    isOver.value = false;
    take(event.dataTransfer?.files);
  };
  const over = (event) => {
    event.preventDefault();
    isOver.value = true;
  };
  const file = wizard.file.value;
  const isSettled = Boolean(file);
  return html`
    <div
      class=${`import-drop${isOver.value ? " over" : ""}${isSettled ? " settled" : ""}`}
      onDragOver=${over}
      onDragLeave=${() => (isOver.value = false)}
      onDrop=${drop}
    >
      ${!isSettled && html`<p class="import-lead">${words.lead}</p>`}
      ${file && html`<p class="import-file"><strong>${file.name}</strong> <span class="muted">${sizeText(file.size)}</span></p>`}
      <label class="import-choose">
        <span>${isSettled ? words.another : isPhone.value ? words.chooseOnPhone : words.choose}</span>
        <input type="file" ref=${input} accept=${TYPES} onChange=${(event) => take(event.currentTarget.files)} />
      </label>
      ${!isSettled && html`<p class="muted import-hint">${words.hint}</p>`}
    </div>
    ${!isSettled && html`<p class="muted import-help">${words.help}</p>`}
  `;
}
