/** A task of a position: ticked off, edited, deleted. */
import { html } from "../../lib/ui.js";
import { positionWords, words } from "../../words/index.js";
import { dayText, distanceText, todayIso, When } from "../dates.js";
import { deleteLater } from "../held_deletion.js";
import { Menu } from "../menu.js";
import { say, sayFailed } from "../notices.js";
import { focusHeading, useEditing } from "./editing.js";
import { TaskForm } from "./task_form.js";
import { update } from "../writing.js";

/** @param {{task: any, headingId: string}} props */
export function TaskEntry({ task, headingId }) {
  const editing = useEditing();
  const { id, title, due_date: due, done_at: doneAt, position_id: positionId } = task;
  if (editing.isOpen.value) {
    return html`
      <div class="position-entry-form" ref=${editing.place} onKeyDown=${editing.onKeyDown}>
        <${TaskForm} positionId=${positionId} task=${task} onDone=${editing.close} onCancel=${editing.close} />
      </div>
    `;
  }
  return html`
    <div class="position-entry" ref=${editing.place}>
      <div class="position-entry-text">
        <label class="position-tick">
          <input type="checkbox" checked=${Boolean(doneAt)} onChange=${() => tick(task, headingId)} />
          <span>${title}</span>
        </label>
        ${!doneAt && due && html`<p class="muted position-entry-facts position-due"><${Due} date=${due} /></p>`}
      </div>
      <${Menu}
        label=${html`<span aria-hidden="true">⋯</span>`}
        name=${positionWords.moreOf(title)}
        class="quiet position-more"
        items=${[
          { label: words.edit, onChoose: editing.open },
          { label: positionWords.deleteTask, onChoose: () => erase(id, positionId, headingId) },
        ]}
      />
    </div>
  `;
}

function Due({ date }) {
  const isOver = date < todayIso();
  return html`${isOver ? positionWords.wasDue : positionWords.due} <${When} at=${date} text=${isOver ? distanceText(date) : dayText(date)} />`;
}

async function tick({ id, title, done_at: doneAt }, headingId) {
  const path = `/api/v1/tasks/${id}`;
  // It goes to another list with its box.
  focusHeading(headingId);
  try {
    await update(path, { done_at: doneAt ? null : new Date().toISOString() });
    if (!doneAt) say(positionWords.taskDone(title), () => update(path, { done_at: null }));
  } catch (error) {
    sayFailed(error);
  }
}

function erase(id, positionId, headingId) {
  deleteLater({
    paths: [`/api/v1/tasks/${id}`],
    text: positionWords.taskDeleted,
    below: `/api/v1/positions/${positionId}/`,
    without: (data) => {
      if (data.tasks) return { ...data, tasks: data.tasks.filter((task) => task.id !== id) };
      return data.entries ? { ...data, entries: data.entries.filter((entry) => entry.record.id !== id) } : data;
    },
  });
  focusHeading(headingId);
}
