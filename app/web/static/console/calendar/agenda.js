/** Four weeks as a list of the days on which there is something. */
import { html } from "../../lib/ui.js";
import { calendarWords } from "../../words/index.js";
import { todayIso } from "../dates.js";
import { Icon } from "../icons.js";
import { Empty } from "../states.js";
import { dayHeading, longDayText, shownDays } from "./days.js";
import { EntryRow } from "./entry.js";

/** @param {import("./day_entries.js").StretchProps} props */
export function Agenda({ day, entries, isKnown, onAdd }) {
  const days = shownDays("agenda", day).filter((date) => entries.get(date)?.length);
  if (isKnown && days.length === 0) {
    return html`
      <${Empty} title=${calendarWords.nothingTitle}>
        <p>${calendarWords.nothingText}</p>
        <div class="actions calendar-doors">
          <button type="button" onClick=${() => onAdd("interview", day)}>${calendarWords.addInterview}</button>
          <button type="button" class="outline" onClick=${() => onAdd("task", day)}>${calendarWords.addTask}</button>
        </div>
      </${Empty}>
    `;
  }
  return html`
    <ol class="calendar-agenda">
      ${days.map(
        (date) => html`
          <li key=${date} data-day-entries>
            <div class="calendar-day-head">
              <h3 tabindex="-1" aria-current=${date === todayIso() ? "date" : undefined}>${dayHeading(date)}</h3>
              <button type="button" class="quiet" aria-label=${calendarWords.addOn(longDayText(date))} onClick=${() => onAdd("interview", date)}>
                <${Icon} name="add" />
              </button>
            </div>
            <ul class="calendar-entries">
              ${entries.get(date)?.map((entry) => html`<${EntryRow} key=${entry.record.id} entry=${entry} />`)}
            </ul>
          </li>
        `,
      )}
    </ol>
  `;
}
