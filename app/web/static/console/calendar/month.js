/** A month as a grid of weeks, with the chosen day beside it. Arrow keys go from day to day. */
import { html, useLayoutEffect, useRef } from "../../lib/ui.js";
import { calendarWords } from "../../words/index.js";
import { asDate, format, todayIso } from "../dates.js";
import { setQuery } from "../router.js";
import { DayEntries } from "./day_entries.js";
import { addDays, addMonths, dayOf, longDayText, shownDays, startOfWeek } from "./days.js";
import { EntryChip } from "./entry.js";

const MOST_IN_CELL = 3;

/** @param {import("./day_entries.js").StretchProps} props */
export function Month({ day, entries, isKnown, onAdd }) {
  const grid = useRef(/** @type {HTMLElement | null} */ (null));
  const isMoving = useRef(false);
  const isDrawn = useRef(false);
  useLayoutEffect(() => {
    // With another month the day that had the focus may be gone.
    const isLost = isDrawn.current && document.activeElement === document.body;
    isDrawn.current = true;
    if (!isMoving.current && !isLost) return;
    isMoving.current = false;
    /** @type {HTMLElement | null | undefined} */ (grid.current?.querySelector(`[data-day="${day}"]`))?.focus();
  }, [day]);
  const move = (event) => {
    const next = event.target.dataset?.day && nextDay(event, day);
    if (!next) return;
    event.preventDefault();
    isMoving.current = next !== day;
    setQuery({ day: next });
  };
  const days = shownDays("month", day);
  const weeks = Array.from({ length: days.length / 7 }, (_, index) => days.slice(index * 7, index * 7 + 7));
  return html`
    <div class="calendar-month">
      <table ref=${grid} aria-label=${calendarWords.grid} aria-busy=${String(!isKnown)} onKeyDown=${move}>
        <thead>
          <tr>${weeks[0].map((date) => html`<th key=${date} scope="col" abbr=${weekday(date, "long")}>${weekday(date, "short")}</th>`)}</tr>
        </thead>
        <tbody>
          ${weeks.map(
            (week) => html`<tr key=${week[0]}>
              ${week.map((date) => html`<${Cell} key=${date} date=${date} chosen=${day} entries=${entries.get(date) ?? []} />`)}
            </tr>`,
          )}
        </tbody>
      </table>
      <${DayEntries} day=${day} entries=${entries.get(day) ?? []} isKnown=${isKnown} onAdd=${onAdd} />
    </div>
  `;
}

function Cell({ date, chosen, entries }) {
  const isOther = date.slice(0, 7) !== chosen.slice(0, 7);
  const more = entries.length - MOST_IN_CELL;
  const choose = () => setQuery({ day: date });
  return html`
    <td class=${`${isOther ? "other" : ""}${date === chosen ? " chosen" : ""}`}>
      <button
        type="button"
        class="calendar-day"
        data-day=${date}
        tabindex=${date === chosen ? 0 : -1}
        aria-label=${calendarWords.dayWith(longDayText(date), entries.length)}
        aria-current=${date === todayIso() ? "date" : undefined}
        aria-pressed=${String(date === chosen)}
        onClick=${choose}
      >
        <span>${Number(date.slice(8))}</span>
        ${entries.length > 0 &&
        html`<span class="calendar-dots" aria-hidden="true">
          ${entries.slice(0, MOST_IN_CELL).map((entry) => html`<i class=${entry.kind}></i>`)}
        </span>`}
      </button>
      ${entries.length > 0 &&
      html`<ul class="calendar-chips">
        ${entries.slice(0, MOST_IN_CELL).map((entry) => html`<li key=${entry.record.id}><${EntryChip} entry=${entry} /></li>`)}
        ${more > 0 && html`<li><button type="button" class="link" onClick=${choose}>${calendarWords.moreEntries(more)}</button></li>`}
      </ul>`}
    </td>
  `;
}

function nextDay({ key, ctrlKey, metaKey, altKey }, day) {
  if (ctrlKey || metaKey || altKey) return null;
  const start = startOfWeek(day);
  const next = {
    ArrowLeft: () => addDays(day, -1),
    ArrowRight: () => addDays(day, 1),
    ArrowUp: () => addDays(day, -7),
    ArrowDown: () => addDays(day, 7),
    Home: () => start,
    End: () => addDays(start, 6),
    PageUp: () => addMonths(day, -1),
    PageDown: () => addMonths(day, 1),
  }[key]?.();
  return next && dayOf(next) === next ? next : null;
}

const weekday = (day, length) => format({ weekday: length }).format(asDate(day));
