/** An interview: when, how long, what kind, where, and what to keep in mind. */
import { html } from "../lib/ui.js";
import { interviewName } from "../lib/words.js";
import { calendarWords, places, positionWords, words } from "../words/index.js";
import { localInputValue, momentOfInput } from "./dates.js";
import { Field, Form } from "./fields.js";
import { PositionField } from "./position_field.js";
import { useTyped } from "./typed.js";
import { create, update } from "./writing.js";

const TYPES = ["technical", "behavioral", "hr", "final"];
const HOUR = 10;

/**
 * Makes an interview, or changes one.
 *
 * @param {object} props
 * @param {string} [props.positionId] left out, the form asks for the position
 * @param {any} [props.interview] the one to change
 * @param {string} [props.day] for a new one, "2026-03-12"; tomorrow if left out
 * @param {(interview: any) => void} props.onDone
 * @param {() => void} [props.onCancel]
 */
export function InterviewForm({ positionId, interview, day, onDone, onCancel }) {
  const typed = useTyped(`interview.${interview?.id ?? (positionId ? `of.${positionId}` : `on.${day}`)}`, {
    scheduled_date: interview ? localInputValue(interview.scheduled_date) : defaultTime(day),
    duration_minutes: String(interview?.duration_minutes ?? ""),
    type: interview?.type ?? TYPES[0],
    place: interview?.place ?? "video",
    notes: interview?.notes ?? "",
  });
  const isAsked = !interview && !positionId;
  const send = async ({ position_id: of = positionId, scheduled_date: when, duration_minutes: minutes, type, place, notes }) => {
    if (!interview && !of) throw Object.assign(new Error(), { fields: { position_id: calendarWords.choosePosition } });
    const body = {
      scheduled_date: momentOfInput(String(when)),
      duration_minutes: minutes ? Number(minutes) : null,
      type,
      place,
      notes: notes || null,
    };
    const written = interview
      ? await update(`/api/v1/interviews/${interview.id}`, body)
      : await create(`/api/v1/positions/${of}/interviews`, body);
    typed.clear();
    onDone(written);
  };
  const cancel = () => {
    typed.clear();
    onCancel?.();
  };
  const also = onCancel && html`<button type="button" class="quiet" onClick=${cancel}>${words.cancel}</button>`;
  return html`
    <${Form} key=${typed.turn.value} submit=${interview ? words.save : positionWords.addInterview} onSend=${send} also=${also}>
      ${(problems) => html`
        ${isAsked && html`<${PositionField} label=${calendarWords.position} problem=${problems.position_id} />`}
        <div class="position-pair">
          <${Field} ...${typed.field("scheduled_date")} type="datetime-local" label=${positionWords.when} problem=${problems.scheduled_date} />
          <${Field} ...${typed.field("duration_minutes")} type="number" label=${`${positionWords.minutes} (${words.optional})`} problem=${problems.duration_minutes} />
        </div>
        <div class="position-pair">
          <${Field} ...${typed.field("type")} label=${positionWords.type} options=${TYPES.map(typeOption)} problem=${problems.type} />
          <${Field} ...${typed.field("place")} label=${positionWords.place} options=${Object.entries(places).map(placeOption)} problem=${problems.place} />
        </div>
        <${Field} ...${typed.field("notes")} rows=${3} label=${`${positionWords.interviewNotes} (${words.optional})`} problem=${problems.notes} />
      `}
    </${Form}>
  `;
}

const typeOption = (value) => ({ value, label: interviewName(value) });
const placeOption = ([value, label]) => ({ value, label });

function defaultTime(day) {
  if (day) return `${day}T${HOUR}:00`;
  const tomorrow = new Date();
  tomorrow.setDate(tomorrow.getDate() + 1);
  tomorrow.setHours(HOUR, 0, 0, 0);
  return localInputValue(tomorrow.toISOString());
}
