/** Days as the API writes them ("2026-11-26"), and the stretches of them that the calendar shows. */
import { words } from "../../words/index.js";
import { asDate, daysBetween, format, isoDay, todayIso } from "../dates.js";

/** @typedef {"month" | "week" | "agenda"} Kind */

/** How many days the agenda shows at once. */
const AGENDA_DAYS = 28;

const IS_DAY = /^\d{4}-\d{2}-\d{2}$/;
// Years that the API takes, less what a month's grid reaches beyond them.
const EARLIEST = "1901-01-01";
const LATEST = "2198-12-31";

/**
 * Return a day of the address, or today where it holds none.
 *
 * @param {string | null} text
 * @returns {string}
 */
export function dayOf(text) {
  if (!text || !IS_DAY.test(text) || text < EARLIEST || text > LATEST) return todayIso();
  // The 31st of a short month is the 1st of the next.
  return isoDay(asDate(text));
}

/**
 * @param {string} day
 * @param {number} count
 * @returns {string}
 */
export function addDays(day, count) {
  const date = asDate(day);
  return isoDay(new Date(date.getFullYear(), date.getMonth(), date.getDate() + count));
}

/**
 * Return the same day of another month, or that month's last one.
 *
 * @param {string} day
 * @param {number} count
 * @returns {string}
 */
export function addMonths(day, count) {
  const date = asDate(day);
  const last = new Date(date.getFullYear(), date.getMonth() + count + 1, 0);
  return isoDay(new Date(last.getFullYear(), last.getMonth(), Math.min(date.getDate(), last.getDate())));
}

/**
 * Return the first day of a day's week, as weeks begin where the browser is.
 *
 * @param {string} day
 * @returns {string}
 */
export function startOfWeek(day) {
  return addDays(day, -((asDate(day).getDay() - firstWeekday() + 7) % 7));
}

/**
 * Return the days that are shown: of a month whole weeks, of a week seven days, of the agenda four weeks.
 *
 * @param {Kind} kind
 * @param {string} day
 * @returns {string[]} in order
 */
export function shownDays(kind, day) {
  if (kind === "agenda") return stretch(day, AGENDA_DAYS);
  if (kind === "week") return stretch(startOfWeek(day), 7);
  const first = startOfWeek(`${day.slice(0, 8)}01`);
  const last = addDays(startOfWeek(lastOfMonth(day)), 6);
  return stretch(first, daysBetween(asDate(first), asDate(last)) + 1);
}

/**
 * Return the day to go to for what lies before or behind what is shown.
 *
 * @param {Kind} kind
 * @param {string} day
 * @param {number} direction 1 or -1
 * @returns {string}
 */
export function stepped(kind, day, direction) {
  const next = kind === "month" ? addMonths(day, direction) : addDays(day, direction * (kind === "week" ? 7 : AGENDA_DAYS));
  return next < EARLIEST || next > LATEST ? day : next;
}

/**
 * Say what is shown: "November 2026", or "26 Nov – 23 Dec 2026".
 *
 * @param {Kind} kind
 * @param {string} day
 * @returns {string}
 */
export function stretchText(kind, day) {
  if (kind === "month") return format({ month: "long", year: "numeric" }).format(asDate(day));
  const days = shownDays(kind, day);
  return format({ day: "numeric", month: "short", year: "numeric" }).formatRange(asDate(days[0]), asDate(days.at(-1) ?? day));
}

/**
 * Say a day with its weekday: "Thursday 26 November", with the year where it is another.
 *
 * @param {string} day
 * @returns {string}
 */
export function longDayText(day) {
  /** @type {Intl.DateTimeFormatOptions} */
  const options = { weekday: "long", day: "numeric", month: "long" };
  return format(day.slice(0, 4) === todayIso().slice(0, 4) ? options : { ...options, year: "numeric" }).format(asDate(day));
}

/**
 * Say a day with its weekday, and that it is today or tomorrow.
 *
 * @param {string} day
 * @returns {string}
 */
export function dayHeading(day) {
  const near = { [todayIso()]: words.today, [addDays(todayIso(), 1)]: words.tomorrow, [addDays(todayIso(), -1)]: words.yesterday }[day];
  return near ? `${longDayText(day)}, ${near}` : longDayText(day);
}

/** Return the time of day of a moment. */
export const timeText = (/** @type {string} */ moment) => format({ timeStyle: "short" }).format(new Date(moment));

function stretch(first, count) {
  return Array.from({ length: count }, (_, index) => addDays(first, index));
}

function lastOfMonth(day) {
  const date = asDate(day);
  return isoDay(new Date(date.getFullYear(), date.getMonth() + 1, 0));
}

/** 0 is Sunday, as `Date` has it. */
function firstWeekday() {
  // Not `navigator.language`, which need not be the name of a language: WebKit gives the system's locale, "C" among them.
  const locale = /** @type {any} */ (new Intl.Locale(Intl.DateTimeFormat().resolvedOptions().locale));
  const information = locale.getWeekInfo?.() ?? locale.weekInfo;
  return (information?.firstDay ?? 1) % 7;
}
