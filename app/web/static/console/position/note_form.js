/** A note: what happened or was said, and when. */
import { html } from "../../lib/ui.js";
import { positionWords, words } from "../../words/index.js";
import { localInputValue, momentOfInput } from "../dates.js";
import { Field, Form } from "../fields.js";
import { useTyped } from "../typed.js";
import { create, update } from "../writing.js";

/**
 * @param {object} props
 * @param {string} props.positionId
 * @param {any} [props.note] the one to change
 * @param {() => void} props.onDone
 * @param {() => void} [props.onCancel]
 */
export function NoteForm({ positionId, note, onDone, onCancel }) {
  const typed = useTyped(`note.${note?.id ?? `of.${positionId}`}`, {
    text: note?.text,
    occurred_at: note ? localInputValue(note.occurred_at) : "",
  });
  const send = async ({ text, occurred_at: when }) => {
    const body = { text, ...(when && { occurred_at: momentOfInput(String(when)) }) };
    await (note ? update(`/api/v1/notes/${note.id}`, body) : create(`/api/v1/positions/${positionId}/notes`, body));
    typed.clear();
    onDone();
  };
  const cancel = () => {
    typed.clear();
    onCancel?.();
  };
  const also = onCancel && html`<button type="button" class="quiet" onClick=${cancel}>${words.cancel}</button>`;
  return html`
    <${Form} key=${typed.turn.value} submit=${note ? words.save : positionWords.addNote} onSend=${send} also=${also}>
      ${(problems) => html`
        <${Field} ...${typed.field("text")} rows=${3} label=${positionWords.noteText} problem=${problems.text} />
        <details class="position-details" open=${Boolean(note)}>
          <summary>${positionWords.noteWhen}</summary>
          <${Field} ...${typed.field("occurred_at")} type="datetime-local" label=${positionWords.when} problem=${problems.occurred_at} />
        </details>
      `}
    </${Form}>
  `;
}
