/** What lies ahead of a position: interviews and tasks. */
import { html } from "../../lib/ui.js";
import { positionWords } from "../../words/index.js";
import { useResource } from "../data.js";
import { InterviewEntry, isAhead } from "./interview_entry.js";
import { TaskEntry } from "./task_entry.js";

const HEADING = "position-coming-title";

/** Read what is still to be done. @param {string} id the position's */
export const useTasks = (id) => useResource(`/api/v1/positions/${id}/tasks?done=false&per_page=100`);

/** @param {{position: any}} props */
export function ComingUp({ position }) {
  const tasks = useTasks(position.id).data.value?.tasks;
  const interviews = position.interviews.filter((interview) => isAhead(interview));
  const isEmpty = tasks && tasks.length === 0 && interviews.length === 0;
  return html`
    <section class="panel" aria-labelledby=${HEADING}>
      <h2 id=${HEADING} tabindex="-1">${positionWords.comingUp}</h2>
      ${isEmpty && html`<p class="muted position-nothing">${positionWords.nothingPlanned}</p>`}
      <ul class="position-entries">
        ${interviews.map(
          (interview) =>
            html`<li key=${interview.id}><${InterviewEntry} interview=${interview} position=${position} headingId=${HEADING} /></li>`,
        )}
        ${(tasks ?? []).map((task) => html`<li key=${task.id}><${TaskEntry} task=${task} headingId=${HEADING} /></li>`)}
      </ul>
    </section>
  `;
}
