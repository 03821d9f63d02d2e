/** A task: what, and until when. */
import { html } from "../../lib/ui.js";
import { positionWords, words } from "../../words/index.js";
import { Field, Form } from "../fields.js";
import { useTyped } from "../typed.js";
import { create, update } from "../writing.js";

/**
 * @param {object} props
 * @param {string} props.positionId
 * @param {any} [props.task] the one to change
 * @param {() => void} props.onDone
 * @param {() => void} [props.onCancel]
 */
export function TaskForm({ positionId, task, onDone, onCancel }) {
  const typed = useTyped(`task.${task?.id ?? `of.${positionId}`}`, { title: task?.title, due_date: task?.due_date });
  const send = async ({ title, due_date: due }) => {
    const body = { title, due_date: due || null };
    await (task ? update(`/api/v1/tasks/${task.id}`, body) : create(`/api/v1/positions/${positionId}/tasks`, body));
    typed.clear();
    onDone();
  };
  const cancel = () => {
    typed.clear();
    onCancel?.();
  };
  const also = onCancel && html`<button type="button" class="quiet" onClick=${cancel}>${words.cancel}</button>`;
  return html`
    <${Form} key=${typed.turn.value} submit=${task ? words.save : positionWords.addTask} onSend=${send} also=${also}>
      ${(problems) => html`
        <div class="position-pair">
          <${Field} ...${typed.field("title")} label=${positionWords.taskTitle} problem=${problems.title} />
          <${Field} ...${typed.field("due_date")} type="date" label=${`${positionWords.due} (${words.optional})`} problem=${problems.due_date} />
        </div>
      `}
    </${Form}>
  `;
}
