/** An interview on a day: with whom, what kind, when. */
import { callAsUser } from "../../lib/auth.js";
import { html, useSignal } from "../../lib/ui.js";
import { interviewName } from "../../lib/words.js";
import { calendarWords, words } from "../../words/index.js";
import { changed } from "../data.js";
import { momentOfInput, momentText } from "../dates.js";
import { useDraft } from "../drafts.js";
import { Field, Form } from "../fields.js";
import { say } from "../notices.js";
import { createQuietly } from "../position/writing.js";
import { PositionField } from "./position_field.js";

const TYPES = ["technical", "behavioral", "hr", "final"].map((value) => ({ value, label: interviewName(value) }));
const MORNING = "10:00";

/** @param {{day: string, onDone: () => void}} props */
export function InterviewForm({ day, onDone }) {
  const notes = useDraft("calendar.interview");
  const moment = useSignal(`${day}T${MORNING}`);
  const send = async ({ position_id: positionId, scheduled_date: time, duration_minutes: minutes, ...values }) => {
    if (!positionId) throw Object.assign(new Error(), { fields: { position_id: calendarWords.choosePosition } });
    const body = { ...values, scheduled_date: momentOfInput(time), duration_minutes: minutes ? Number(minutes) : null };
    const made = await createQuietly(`/api/v1/positions/${positionId}/interviews`, body);
    notes.value = "";
    say(calendarWords.addedInterview(momentText(made.scheduled_date)), async () => {
      await callAsUser("DELETE", `/api/v1/interviews/${made.id}`);
      await changed();
    });
    onDone();
    await changed();
  };
  return html`
    <${Form} submit=${calendarWords.addInterview} onSend=${send}>
      ${(problems) => html`
        <${PositionField} label=${calendarWords.position} problem=${problems.position_id} />
        <div class="calendar-pair">
          <${Field}
            name="scheduled_date"
            type="datetime-local"
            label=${calendarWords.when}
            value=${moment.value}
            problem=${problems.scheduled_date}
            onInput=${(value) => (moment.value = value)}
          />
          <${Field} name="duration_minutes" type="number" label=${`${calendarWords.duration} (${words.optional})`} problem=${problems.duration_minutes} />
        </div>
        <div class="calendar-pair">
          <${Field} name="type" label=${calendarWords.type} options=${TYPES} problem=${problems.type} />
          <${Field} name="place" label=${calendarWords.place} options=${places()} problem=${problems.place} />
        </div>
        <${Field}
          name="notes"
          label=${`${calendarWords.notes} (${words.optional})`}
          rows=${3}
          value=${notes.value}
          problem=${problems.notes}
          onInput=${(value) => (notes.value = value)}
        />
      `}
    </${Form}>
  `;
}

const places = () => ["video", "phone", "onsite"].map((value) => ({ value, label: calendarWords.interviewPlaces[value] }));
