/** A task on a day, of a position or of none. */
import { callAsUser } from "../../lib/auth.js";
import { html, useSignal } from "../../lib/ui.js";
import { calendarWords, words } from "../../words/index.js";
import { changed } from "../data.js";
import { useDraft } from "../drafts.js";
import { Field, Form } from "../fields.js";
import { say } from "../notices.js";
import { createQuietly } from "../position/writing.js";
import { PositionField } from "./position_field.js";

/** @param {{day: string, onDone: () => void}} props */
export function TaskForm({ day, onDone }) {
  const title = useDraft("calendar.task");
  const due = useSignal(day);
  const send = async (body) => {
    const made = await createQuietly("/api/v1/tasks", body);
    title.value = "";
    say(calendarWords.addedTask(made.title), async () => {
      await callAsUser("DELETE", `/api/v1/tasks/${made.id}`);
      await changed();
    });
    onDone();
    await changed();
  };
  return html`
    <${Form} submit=${calendarWords.addTask} onSend=${send}>
      ${(problems) => html`
        <${Field}
          name="title"
          label=${calendarWords.task}
          value=${title.value}
          problem=${problems.title}
          placeholder=${calendarWords.taskExample}
          onInput=${(value) => (title.value = value)}
          autofocus
        />
        <${Field} name="due_date" type="date" label=${calendarWords.due} value=${due.value} problem=${problems.due_date} onInput=${(value) => (due.value = value)} />
        <${PositionField} label=${`${calendarWords.position} (${words.optional})`} problem=${problems.position_id} />
      `}
    </${Form}>
  `;
}
