/** A sheet that adds an interview or a task on a day. */
import { html, useSignal } from "../../lib/ui.js";
import { calendarWords } from "../../words/index.js";
import { Sheet } from "../sheet.js";
import { AddInterview } from "./add_interview.js";
import { TaskForm } from "./task_form.js";

const FORMS = { interview: AddInterview, task: TaskForm };

/** @param {{kind: "interview" | "task", day: string, onClose: () => void}} props */
export function AddSheet({ kind, day, onClose }) {
  const shown = useSignal(kind);
  const Shown = FORMS[shown.value];
  return html`
    <${Sheet} title=${calendarWords.addTitles[shown.value]} onClose=${onClose}>
      <div class="calendar-kinds" role="group" aria-label=${calendarWords.addKinds}>
        ${Object.keys(FORMS).map(
          (name) => html`
            <button key=${name} type="button" class="outline" aria-pressed=${String(name === shown.value)} onClick=${() => (shown.value = /** @type {any} */ (name))}>
              ${calendarWords.addKindNames[name]}
            </button>
          `,
        )}
      </div>
      <${Shown} key=${shown.value} day=${day} onDone=${onClose} />
    </${Sheet}>
  `;
}
