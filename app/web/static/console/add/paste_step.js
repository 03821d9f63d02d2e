/** Where a link or a posting is pasted. */
import { Problem } from "../../lib/parts.js";
import { html, useRef } from "../../lib/ui.js";
import { addWords as words } from "../../words/index.js";
import { Field } from "../fields.js";
import { materialOf } from "./capture.js";

/**
 * @param {object} props
 * @param {import("../../vendor/preact-signals-2.11.4.js").Signal<string>} props.pasted
 * @param {boolean} props.isReading
 * @param {string} props.problem
 * @param {(material: import("./handed_over.js").Material) => unknown} props.onRead
 * @param {() => void} props.onByHand
 * @param {() => void} [props.onLeave]
 */
export function PasteStep({ pasted, isReading, problem, onRead, onByHand, onLeave }) {
  const markup = useRef({ of: "", html: "" });
  const submit = (event) => {
    event.preventDefault();
    const text = pasted.value.trim();
    if (isReading) return;
    if (!text) onByHand();
    // The clipboard's markup says more than its text, as long as that has not been changed since.
    else onRead(materialOf(text, markup.current.of === text ? markup.current.html : ""));
  };
  const paste = (event) => {
    const text = event.clipboardData?.getData("text/plain").trim() ?? "";
    markup.current = { of: text, html: event.clipboardData?.getData("text/html") ?? "" };
  };
  return html`
    <form noValidate onSubmit=${submit} onPaste=${paste}>
      <${Field}
        name="pasted"
        label=${words.paste}
        hint=${words.pasteHint}
        rows=${4}
        value=${pasted.value}
        onInput=${(value) => (pasted.value = value)}
      />
      <${Problem} text=${problem} />
      <div class="actions">
        <button type="submit" aria-busy=${isReading ? "true" : "false"}>${words.read}</button>
        <button type="button" class="outline" onClick=${onByHand}>${words.byHand}</button>
      </div>
      <p class="add-bookmark">
        ${words.bookmarklet} <a href="/app/settings?part=sharing" onClick=${onLeave}>${words.bookmarkletPlace}</a>.
      </p>
    </form>
  `;
}
