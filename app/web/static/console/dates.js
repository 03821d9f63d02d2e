/** Days and times as people say them: "Thu 10:00", "in 3 days", "12 Mar"; the full ones are for hovering and for screen readers. */
import { user } from "../lib/auth.js";
import { format } from "../lib/date_format.js";
import { html } from "../lib/ui.js";
import { words } from "../words/index.js";

export { format };

const DAY_MS = 86_400_000;

/** The browser's time zone, in which everything is shown. */
export const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Return a moment as a day and a time in as few words as tell it from others. */
export function momentText(iso, now = new Date()) {
  const moment = new Date(iso);
  return `${dayWord(moment, now)} ${format({ timeStyle: "short" }).format(moment)}`;
}

/** Return a date ("2026-03-12", or a moment) as a day in as few words as tell it from others. */
export function dayText(date, now = new Date()) {
  return dayWord(asDate(date), now);
}

/** Return how long ago a moment is: "today", "4 d", "3 wk", "5 mo". */
export function ageText(iso, now = new Date()) {
  const days = daysBetween(asDate(iso), now);
  if (days <= 0) return words.today;
  if (days < 14) return words.daysShort(days);
  if (days < 70) return words.weeksShort(Math.round(days / 7));
  return words.monthsShort(Math.round(days / 30.4));
}

/** Return how far off a day is: "today", "tomorrow", "in 3 days", "2 days ago". */
export function distanceText(date, now = new Date()) {
  const days = daysBetween(now, asDate(date));
  return new Intl.RelativeTimeFormat(user.value?.language ?? "en", { numeric: "auto" }).format(days, "day");
}

/** Return a moment or a date in full. */
export function fullText(value) {
  return format(isDay(value) ? { dateStyle: "full" } : { dateStyle: "full", timeStyle: "short" }).format(asDate(value));
}

/** Return today as the API writes dates, in the browser's time zone. */
export function todayIso(now = new Date()) {
  return isoDay(now);
}

/** Return the day of a moment as the API writes dates, in the browser's time zone. */
export function isoDay(moment) {
  const pad = (number) => String(number).padStart(2, "0");
  return `${moment.getFullYear()}-${pad(moment.getMonth() + 1)}-${pad(moment.getDate())}`;
}

/** Return a moment as an input of the type datetime-local has it. */
export function localInputValue(iso) {
  const moment = iso ? new Date(iso) : new Date();
  const pad = (number) => String(number).padStart(2, "0");
  return `${isoDay(moment)}T${pad(moment.getHours())}:${pad(moment.getMinutes())}`;
}

/** Return what an input of the type datetime-local says as a moment for the API; null for nothing. */
export function momentOfInput(value) {
  return value ? new Date(value).toISOString() : null;
}

/** A moment or a date in few words, with the full one behind it. */
export function When({ at, text }) {
  return html`<time dateTime=${at} title=${fullText(at)}>${text ?? (isDay(at) ? dayText(at) : momentText(at))}</time>`;
}

/** Count the days between two moments by the calendar, not by hours. */
export function daysBetween(from, to) {
  const start = (moment) => Date.UTC(moment.getFullYear(), moment.getMonth(), moment.getDate());
  return Math.round((start(to) - start(from)) / DAY_MS);
}

function dayWord(day, now) {
  const days = daysBetween(now, day);
  if (days === 0) return words.today;
  if (days === 1) return words.tomorrow;
  if (days === -1) return words.yesterday;
  if (days > 1 && days < 7) return format({ weekday: "short" }).format(day);
  const isThisYear = day.getFullYear() === now.getFullYear();
  return format(isThisYear ? { day: "numeric", month: "short" } : { day: "numeric", month: "short", year: "numeric" }).format(day);
}

const isDay = (value) => typeof value === "string" && /^\d{4}-\d{2}-\d{2}$/.test(value);

/**
 * Return the moment that a date of the API is here, or a moment itself.
 *
 * @param {string | Date} value
 * @returns {Date}
 */
export function asDate(value) {
  if (typeof value !== "string" || !isDay(value)) return new Date(value);
  // As a day here, not as midnight in Greenwich.
  const [year, month, day] = value.split("-").map(Number);
  return new Date(year, month - 1, day);
}
