/** A week: seven columns, on a phone seven rows. */
import { html } from "../../lib/ui.js";
import { calendarWords } from "../../words/index.js";
import { asDate, format, todayIso } from "../dates.js";
import { Icon } from "../icons.js";
import { longDayText, shownDays } from "./days.js";
import { EntryRow } from "./entry.js";

/** @param {import("./day_entries.js").StretchProps} props */
export function Week({ day, entries, isKnown, onAdd }) {
  return html`
    <ol class="calendar-week" aria-busy=${String(!isKnown)}>
      ${shownDays("week", day).map(
        (date) => html`
          <li key=${date} class=${date === todayIso() ? "today" : ""} data-day-entries>
            <${DayHead} day=${date} onAdd=${onAdd} />
            ${(entries.get(date) ?? []).length > 0 &&
            html`<ul class="calendar-entries">${entries.get(date)?.map((entry) => html`<${EntryRow} key=${entry.record.id} entry=${entry} />`)}</ul>`}
          </li>
        `,
      )}
    </ol>
  `;
}

function DayHead({ day, onAdd }) {
  const isToday = day === todayIso();
  return html`
    <div class="calendar-day-head">
      <h3 tabindex="-1" aria-label=${longDayText(day)} aria-current=${isToday ? "date" : undefined}>
        ${format({ weekday: "short" }).format(asDate(day))} <span>${Number(day.slice(8))}</span>
      </h3>
      <button type="button" class="quiet" aria-label=${calendarWords.addOn(longDayText(day))} onClick=${() => onAdd("interview", day)}>
        <${Icon} name="add" />
      </button>
    </div>
  `;
}
