/** One entry of the timeline, by its kind. */
import { html } from "../../lib/ui.js";
import { stateName } from "../../lib/words.js";
import { positionWords, statuses } from "../../words/index.js";
import { dayText, momentText, When } from "../dates.js";
import { DocumentLink } from "./document_link.js";
import { InterviewEntry } from "./interview_entry.js";
import { NoteEntry } from "./note_entry.js";
import { TaskEntry } from "./task_entry.js";

const DRAWN = {
  status_change: StatusChange,
  interview: ({ record, position, headingId }) =>
    html`<${InterviewEntry} interview=${record} position=${position} headingId=${headingId} isDated=${false} />`,
  note: ({ record, headingId }) => html`<${NoteEntry} note=${record} headingId=${headingId} />`,
  task: ({ record, headingId }) => html`<${TaskEntry} task=${record} headingId=${headingId} />`,
  document: ({ record }) => html`<p><${DocumentLink} document=${record} /></p>`,
  practice_session: ({ record }) =>
    html`<p><a href=${`/app/sessions/${record.id}`}>${record.title}</a> <span class="muted">${stateName(record.status)}</span></p>`,
};

/** @param {{entry: any, position: any, headingId: string}} props */
export function TimelineEntry({ entry: { kind, at, record }, position, headingId }) {
  const Drawn = DRAWN[kind];
  if (!Drawn) return null;
  return html`
    <li class=${`position-happening ${kind}`}>
      <p class="position-when">
        <span>${positionWords.happenings[kind]}</span>
        <${When} at=${at} text=${kind === "status_change" ? dayText(at) : momentText(at)} />
      </p>
      <${Drawn} record=${record} position=${position} headingId=${headingId} />
    </li>
  `;
}

function StatusChange({ record: { from_status: from, to_status: to, note } }) {
  return html`<div>
    <p>
      ${from && html`<span class=${`status-chip ${from}`}>${statuses[from]}</span> <span aria-label=${positionWords.became}>→</span> `}
      <span class=${`status-chip ${to}`}>${statuses[to]}</span>
    </p>
    ${note && html`<p class="position-text">${note}</p>`}
  </div>`;
}
