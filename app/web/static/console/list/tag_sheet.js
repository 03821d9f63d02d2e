/** Tags of many positions: some added to all, some taken off those that have them. */
import { html, useSignal } from "../../lib/ui.js";
import { listWords } from "../../words/index.js";
import { tag } from "../changes/change_positions.js";
import { useDraft } from "../drafts.js";
import { Field, Form } from "../fields.js";
import { Sheet } from "../sheet.js";

/**
 * @param {object} props
 * @param {any[]} props.positions
 * @param {() => void} props.onClose
 */
export function TagSheet({ positions, onClose }) {
  const draft = useDraft("tags");
  const removed = useSignal(/** @type {string[]} */ ([]));
  const there = [...new Set(positions.flatMap(({ tags }) => tags))].sort();
  const send = async () => {
    const added = draft.value.split(",").map((name) => name.trim()).filter(Boolean);
    if (added.some((name) => name.length > 50)) throw Object.assign(new Error(), { fields: { add: listWords.tagTooLong } });
    onClose();
    draft.value = "";
    if (added.length + removed.value.length > 0) await tag(positions, added, removed.value);
  };
  const toggle = (name) => {
    removed.value = removed.value.includes(name) ? removed.value.filter((other) => other !== name) : [...removed.value, name];
  };
  return html`
    <${Sheet} title=${listWords.tagsTitle(positions.length)} onClose=${onClose}>
      <${Form} onSend=${send} submit=${listWords.saveTags}>
        ${(problems) => html`
          <${Field}
            name="add"
            label=${listWords.addTags}
            hint=${listWords.addTagsHint}
            problem=${problems.add}
            value=${draft.value}
            onInput=${(text) => (draft.value = text)}
            autocomplete="off"
          />
          ${there.length > 0 &&
          html`<fieldset>
            <legend>${listWords.removeTags}</legend>
            ${there.map(
              (name) => html`<label key=${name} class="list-tag-choice">
                <input type="checkbox" checked=${removed.value.includes(name)} onChange=${() => toggle(name)} /> ${name}
              </label>`,
            )}
          </fieldset>`}
        `}
      </${Form}>
    </${Sheet}>
  `;
}
