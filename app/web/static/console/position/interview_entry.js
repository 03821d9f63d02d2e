/** An interview of a position: what it is, how it went, and what can be done with it. */
import { html, useSignal } from "../../lib/ui.js";
import { interviewName, minutesText } from "../../lib/words.js";
import { outcomes, places, positionWords, words } from "../../words/index.js";
import { daysBetween, distanceText, When } from "../dates.js";
import { deleteLater } from "../held_deletion.js";
import { Menu } from "../menu.js";
import { sayFailed } from "../notices.js";
import { roomForInterview } from "../practice/practise.js";
import { saveAnswer } from "../save_answer.js";
import { focusHeading, useEditing } from "./editing.js";
import { InterviewForm } from "../interview_form.js";
import { setOutcome } from "./outcome.js";

const HOUR_MS = 3_600_000;

/** Whether an interview is still to come, or under way. */
export function isAhead({ outcome, scheduled_date: at, duration_minutes: minutes }, now = Date.now()) {
  return outcome === "pending" && Date.parse(at) + (minutes ? minutes * 60_000 : HOUR_MS) > now;
}

/** Whether its day is told by its date, not as today or tomorrow, which says how far off it is. */
const isFarOff = (at) => daysBetween(new Date(), new Date(at)) > 1;

/**
 * @param {object} props
 * @param {any} props.interview
 * @param {any} props.position
 * @param {string} props.headingId where the focus goes when it is deleted
 * @param {boolean} [props.isDated] whether its time stands in it
 */
export function InterviewEntry({ interview, position, headingId, isDated = true }) {
  const editing = useEditing();
  const { id, type, place, scheduled_date: at, duration_minutes: minutes, notes, outcome } = interview;
  const ahead = isAhead(interview);
  // What is no longer ahead goes to the timeline, and the other way round: what had the focus is gone then.
  const follow = (written) => {
    if (isAhead(written) !== ahead) focusHeading(headingId);
  };
  const done = (written) => {
    editing.close();
    follow(written);
  };
  const end = async (next) => {
    follow({ ...interview, outcome: next });
    await setOutcome(interview, position, next);
  };
  if (editing.isOpen.value) {
    return html`
      <div class="position-entry-form" ref=${editing.place} onKeyDown=${editing.onKeyDown}>
        <${InterviewForm} positionId=${position.id} interview=${interview} onDone=${done} onCancel=${editing.close} />
      </div>
    `;
  }
  const name = interviewName(type);
  return html`
    <div class="position-entry" ref=${editing.place}>
      <div class="position-entry-text">
        <p class="position-entry-title">
          ${name}${outcome !== "pending" && html` <span class=${`position-outcome ${outcome}`}>${outcomes[outcome]}</span>`}
        </p>
        <p class="muted position-entry-facts">
          ${isDated && html`<${When} at=${at} /> ${ahead && isFarOff(at) && `(${distanceText(at)})`} · `}${[places[place], minutes && minutesText(minutes)].filter(Boolean).join(" · ")}
        </p>
        ${notes && html`<p class="position-text">${notes}</p>`}
        ${ahead && html`<${PractiseButton} interview=${interview} name=${name} />`}
        ${!ahead && outcome === "pending" && html`<${OutcomeQuestion} interview=${interview} position=${position} headingId=${headingId} />`}
      </div>
      <${Menu}
        label=${html`<span aria-hidden="true">⋯</span>`}
        name=${positionWords.moreOf(name)}
        class="quiet position-more"
        items=${[
          { label: ahead ? positionWords.reschedule : words.edit, onChoose: editing.open },
          { label: positionWords.calendarFile, onChoose: () => saveAnswer(`/api/v1/interviews/${id}.ics`, "interview.ics").catch(sayFailed) },
          ...Object.entries(outcomes).map(([value, label]) => ({ label, isOn: value === outcome, onChoose: () => end(value) })),
          { label: positionWords.deleteInterview, onChoose: () => erase(interview, headingId) },
        ]}
      />
    </div>
  `;
}

function PractiseButton({ interview, name }) {
  const isBusy = useSignal(false);
  const start = async () => {
    if (isBusy.value) return;
    isBusy.value = true;
    try {
      window.location.assign(await roomForInterview(interview));
    } catch (error) {
      sayFailed(error);
      isBusy.value = false;
    }
  };
  return html`
    <button type="button" class="small" aria-busy=${String(isBusy.value)} aria-label=${positionWords.practiseThis(name)} onClick=${start}>
      ${positionWords.practise}
    </button>
  `;
}

function OutcomeQuestion({ interview, position, headingId }) {
  const answer = async (outcome) => {
    await setOutcome(interview, position, outcome);
    // The buttons are gone with the question.
    focusHeading(headingId);
  };
  return html`
    <div class="actions position-question" >
      <span>${positionWords.howDidItGo}</span>
      ${["passed", "failed", "cancelled"].map(
        (outcome) => html`<button key=${outcome} type="button" class="small outline" onClick=${() => answer(outcome)}>${outcomes[outcome]}</button>`,
      )}
    </div>
  `;
}

function erase({ id, position_id: positionId }, headingId) {
  const path = `/api/v1/positions/${positionId}`;
  deleteLater({
    paths: [`/api/v1/interviews/${id}`],
    text: positionWords.interviewDeleted,
    below: path,
    without: (data, at) => {
      if (at === path) return { ...data, interviews: data.interviews.filter((interview) => interview.id !== id) };
      return data.entries ? { ...data, entries: data.entries.filter((entry) => entry.record.id !== id) } : data;
    },
  });
  focusHeading(headingId);
}
