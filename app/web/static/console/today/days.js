/** Which days Today is about, and what of the agenda stands where. */
import { isoDay, timeZone, todayIso } from "../dates.js";

const AHEAD_DAYS = 14;
const USUAL_MINUTES = 60;

/** Return the first day of this week, a Monday, as the API writes dates. */
export function weekStart(now = new Date()) {
  const sinceMonday = (now.getDay() + 6) % 7;
  return isoDay(dayAfter(now, -sinceMonday));
}

/** Return the day so many days from now as the API writes dates. */
export const dayFromNow = (count, now = new Date()) => isoDay(dayAfter(now, count));

/** Return the address of the agenda from the beginning of this week on: one reading for the figures and for what comes. */
export function agendaPath(now = new Date()) {
  const query = new URLSearchParams({ from: weekStart(now), to: dayFromNow(AHEAD_DAYS, now), tz: timeZone });
  return `/api/v1/agenda?${query}`;
}

/**
 * Keep of the agenda what is still to come: interviews that are not over or called off, and tasks.
 *
 * @param {any[]} days as the API has them
 * @returns {any[]}
 */
export function daysAhead(days, now = new Date()) {
  const today = todayIso(now);
  return days
    .filter(({ date }) => date >= today)
    .map((day) => ({ ...day, entries: day.entries.filter((entry) => isAhead(entry, now)) }))
    .filter(({ entries }) => entries.length > 0);
}

/**
 * Return the ids of the positions for which there is something to do, from today on: nobody needs to be reminded of them.
 *
 * @param {any[]} days
 * @returns {Set<string>}
 */
export function positionsWithTasks(days) {
  const tasks = daysAhead(days).flatMap(({ entries }) => entries.filter(({ kind }) => kind === "task"));
  return new Set(tasks.map(({ position }) => position?.id).filter(Boolean));
}

/**
 * Count what this week has: interviews that were not called off, practice sessions, and the whole minutes of those that are over.
 *
 * @param {any[]} days
 */
export function weekCounts(days, now = new Date()) {
  const monday = new Date(`${weekStart(now)}T12:00`);
  const sunday = isoDay(dayAfter(monday, 6));
  const entries = days.filter(({ date }) => date <= sunday).flatMap((day) => day.entries);
  const sessions = entries.filter(({ kind, record }) => kind === "practice_session" && record.started_at);
  return {
    interviews: entries.filter(({ kind, record }) => kind === "interview" && record.outcome !== "cancelled").length,
    sessions: sessions.length,
    minutes: Math.round(sessions.reduce((sum, { record }) => sum + (record.minutes ?? 0), 0)),
  };
}

function isAhead({ kind, at, record }, now) {
  if (kind === "task") return true;
  if (kind !== "interview" || record.outcome !== "pending") return false;
  return Date.parse(at) + (record.duration_minutes ?? USUAL_MINUTES) * 60_000 > now.getTime();
}

function dayAfter(moment, count) {
  return new Date(moment.getFullYear(), moment.getMonth(), moment.getDate() + count, 12);
}
