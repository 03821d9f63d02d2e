/** All that is on one day, and the ways to add to it. */
import { html } from "../../lib/ui.js";
import { calendarWords } from "../../words/index.js";
import { dayHeading } from "./days.js";
import { EntryRow } from "./entry.js";

/**
 * @typedef {object} StretchProps what the month, the week and the agenda are given
 * @property {string} day
 * @property {Map<string, import("./entry.js").Entry[]>} entries by day
 * @property {boolean} isKnown whether they have been read
 * @property {(kind: "interview" | "task", day: string) => void} onAdd
 */

/**
 * @param {object} props
 * @param {string} props.day
 * @param {import("./entry.js").Entry[]} props.entries
 * @param {boolean} props.isKnown
 * @param {(kind: "interview" | "task", day: string) => void} props.onAdd
 */
export function DayEntries({ day, entries, isKnown, onAdd }) {
  return html`
    <section class="panel calendar-panel" aria-labelledby="calendar-day-title" data-day-entries>
      <h2 id="calendar-day-title" tabindex="-1">${dayHeading(day)}</h2>
      ${entries.length > 0
        ? html`<ul class="calendar-entries">${entries.map((entry) => html`<${EntryRow} key=${entry.record.id} entry=${entry} />`)}</ul>`
        : isKnown && html`<p class="muted">${calendarWords.nothingOnDay}</p>`}
      <div class="actions">
        <button type="button" class="outline small" onClick=${() => onAdd("interview", day)}>${calendarWords.addInterview}</button>
        <button type="button" class="outline small" onClick=${() => onAdd("task", day)}>${calendarWords.addTask}</button>
      </div>
    </section>
  `;
}
