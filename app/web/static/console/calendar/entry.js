/** One thing on a day: an interview, a task, or a practice session. It leads to its position. */
import { callAsUser } from "../../lib/auth.js";
import { html } from "../../lib/ui.js";
import { interviewName } from "../../lib/words.js";
import { calendarWords, outcomes } from "../../words/index.js";
import { changed, patchKept } from "../data.js";
import { fullText } from "../dates.js";
import { say, sayFailed } from "../notices.js";
import { timeText } from "./days.js";

/**
 * @typedef {object} Entry as `GET /agenda` gives it
 * @property {"interview" | "task" | "practice_session"} kind
 * @property {string | null} at null for a task
 * @property {any} record
 * @property {{id: string, title: string, company: string, status: string} | null} position
 */

/**
 * In one line, for a cell of the month.
 *
 * @param {{entry: Entry}} props
 */
export function EntryChip({ entry }) {
  const address = addressOf(entry);
  // The time is what a narrow cell can do without: entries stand in its order.
  const text = html`${entry.at ? "" : "☐ "}${chipText(entry)}${entry.at && html` <span class="calendar-time">${timeText(entry.at)}</span>`}${
    entry.kind === "interview" && html`<span class="visually-hidden">, ${nameOf(entry)}</span>`
  }`;
  const shared = { class: chipClass(entry), title: fullName(entry) };
  return address ? html`<a href=${address} ...${shared}>${text}</a>` : html`<span ...${shared}>${text}</span>`;
}

/**
 * With all that is to be known of it.
 *
 * @param {{entry: Entry}} props
 */
export function EntryRow({ entry }) {
  const address = addressOf(entry);
  const detail = detailOf(entry);
  return html`
    <li class=${`calendar-entry ${entry.kind}${isOff(entry) ? " off" : ""}`}>
      ${entry.at
        ? html`<time class="calendar-time" dateTime=${entry.at} title=${fullText(entry.at)}>${timeText(entry.at)}</time>`
        : html`<button
            type="button"
            class="calendar-tick"
            title=${calendarWords.done}
            aria-label=${calendarWords.markDone(entry.record.title)}
            onClick=${(event) => finish(entry, event)}
          ></button>`}
      <span class="calendar-what">
        ${address ? html`<a href=${address}>${nameOf(entry)}</a>` : html`<span>${nameOf(entry)}</span>`}
        ${detail && html`<small>${detail}</small>`}
      </span>
    </li>
  `;
}

/** Finish a task at once, here as well as on the server; it can be opened again. */
async function finish({ record }, event) {
  // The button goes with its row, and the focus must not go with it.
  event.currentTarget.closest("[data-day-entries]")?.querySelector("[tabindex='-1']")?.focus();
  const path = `/api/v1/tasks/${record.id}`;
  const putBack = patchKept("/api/v1/agenda", (agenda) => withoutTask(agenda, record.id));
  requestAnimationFrame(keepFocus);
  try {
    await callAsUser("PATCH", path, { body: { done_at: new Date().toISOString() } });
  } catch (error) {
    putBack();
    sayFailed(/** @type {Error} */ (error));
    return;
  }
  say(calendarWords.finished(record.title), async () => {
    await callAsUser("PATCH", path, { body: { done_at: null } });
    await changed();
  });
  await changed();
}

/** The last entry of a day takes the day's heading with it. */
function keepFocus() {
  if (document.activeElement === document.body) /** @type {HTMLElement | null} */ (document.querySelector("main h1"))?.focus();
}

function withoutTask(agenda, id) {
  const days = agenda.days.map((day) => ({ ...day, entries: day.entries.filter(({ kind, record }) => kind !== "task" || record.id !== id) }));
  return { ...agenda, days };
}

function addressOf({ kind, record, position }) {
  if (kind === "practice_session") return `/app/sessions/${record.id}`;
  return position ? `/app/positions/${position.id}` : null;
}

function nameOf({ kind, record }) {
  return kind === "interview" ? interviewName(record.type) : record.title;
}

function chipText(entry) {
  return entry.kind === "interview" ? (entry.position?.company ?? nameOf(entry)) : nameOf(entry);
}

function detailOf({ kind, record, position }) {
  const of = position && `${position.company} · ${position.title}`;
  if (kind === "interview") {
    const outcome = record.outcome === "pending" ? "" : outcomes[record.outcome];
    const minutes = record.duration_minutes && calendarWords.minutes(record.duration_minutes);
    return [of, calendarWords.interviewPlaces[record.place], minutes, outcome].filter(Boolean).join(" · ");
  }
  return [kind === "practice_session" && calendarWords.practice, of].filter(Boolean).join(" · ");
}

function fullName(entry) {
  return [entry.at && timeText(entry.at), nameOf(entry), detailOf(entry)].filter(Boolean).join(", ");
}

const isOff = ({ kind, record }) => kind === "interview" && record.outcome === "cancelled";
const chipClass = (entry) => `calendar-chip ${entry.kind}${isOff(entry) ? " off" : ""}`;
