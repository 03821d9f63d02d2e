/** One field of a position, edited where it stands. */
import { html } from "../../lib/ui.js";
import { positionWords, words } from "../../words/index.js";
import { Field, Form } from "../fields.js";
import { useTyped } from "../typed.js";
import { useEditing } from "./editing.js";
import { update } from "../writing.js";

/**
 * @param {object} props
 * @param {string} props.positionId
 * @param {string} props.name of the field in the API
 * @param {string} props.label
 * @param {string} props.text what is edited
 * @param {string} [props.shown] how it is shown; the text itself if left out
 * @param {(text: string) => any} [props.parse] what the API gets for a text
 * @param {string} [props.hint]
 * @param {string} [props.type]
 * @param {number} [props.rows]
 * @param {any} [props.beside] beside the value
 */
export function Fact({ positionId, name, label, text, shown = text, parse = (typed) => typed || null, hint, type, rows, beside }) {
  const typed = useTyped(`position.${positionId}.${name}`, { [name]: text });
  const editing = useEditing(typed.clear);
  const send = async (values) => {
    await update(`/api/v1/positions/${positionId}`, { [name]: parse(String(values[name])) });
    typed.clear();
    editing.close();
  };
  const labelId = `position-${name}`;
  return html`
    <div class="position-fact" ref=${editing.place} onKeyDown=${editing.onKeyDown}>
      ${editing.isOpen.value
        ? html`<${Form}
            submit=${words.save}
            onSend=${send}
            also=${html`<button type="button" class="quiet" onClick=${editing.putBack}>${words.cancel}</button>`}
          >
            ${(problems) => html`
              <${Field} ...${typed.field(name)} label=${label} type=${type} rows=${rows} hint=${hint} problem=${problemOf(problems, name)} />
            `}
          </${Form}>`
        : html`
            <span class="position-label" id=${labelId}>${label}</span>
            <button type="button" data-opens class="position-value" aria-label=${positionWords.edit(label, shown)} onClick=${editing.open}>
              ${shown || html`<span class="position-none">${words.add}</span>`}
            </button>
            ${beside}
          `}
    </div>
  `;
}

/** Of a list the API names the entry: `tags.0`. */
function problemOf(problems, name) {
  return problems[name] ?? Object.entries(problems).find(([key]) => key.startsWith(`${name}.`))?.[1];
}
