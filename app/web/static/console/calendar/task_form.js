/** A task on a day, of a position or of none. */
import { callAsUser } from "../../lib/auth.js";
import { html } from "../../lib/ui.js";
import { calendarWords, words } from "../../words/index.js";
import { changed } from "../data.js";
import { Field, Form } from "../fields.js";
import { say } from "../notices.js";
import { PositionField } from "../position_field.js";
import { useTyped } from "../typed.js";
import { create } from "../writing.js";

/** @param {{day: string, onDone: () => void}} props */
export function TaskForm({ day, onDone }) {
  const typed = useTyped(`task.on.${day}`, { due_date: day });
  const send = async (body) => {
    const made = await create("/api/v1/tasks", body);
    typed.clear();
    say(calendarWords.addedTask(made.title), async () => {
      await callAsUser("DELETE", `/api/v1/tasks/${made.id}`);
      await changed();
    });
    onDone();
  };
  return html`
    <${Form} submit=${calendarWords.addTask} onSend=${send}>
      ${(problems) => html`
        <${Field}
          ...${typed.field("title")}
          label=${calendarWords.task}
          problem=${problems.title}
          placeholder=${calendarWords.taskExample}
          autofocus
        />
        <${Field} ...${typed.field("due_date")} type="date" label=${calendarWords.due} problem=${problems.due_date} />
        <${PositionField} label=${`${calendarWords.position} (${words.optional})`} problem=${problems.position_id} />
      `}
    </${Form}>
  `;
}
