/** Settling what needs attention: shown at once, put back if the API refuses it, and taken back by "Undo". */
import { callAsUser } from "../../lib/auth.js";
import { todayWords as words } from "../../words/index.js";
import { changed, patchKept } from "../data.js";
import { dayText } from "../dates.js";
import { sayFailed, say } from "../notices.js";
import { createOnce } from "../writing.js";
import { dayFromNow } from "./days.js";

/** Return what tells one entry of the attention from all others. */
export const keyOf = (entry) => `${entry.reason} ${(entry.interview ?? entry.task ?? entry.position).id}`;

/** The person has followed up today: a note says so, and the application is quiet no more. */
export function noteFollowUp(entry, place) {
  return settle(place, withoutEntry(entry), async () => {
    const note = await createOnce(`/api/v1/positions/${entry.position.id}/notes`, { text: words.followUpNote });
    return { text: words.noted, undo: () => callAsUser("DELETE", `/api/v1/notes/${note.id}`) };
  });
}

/** Remind the person in so many days, by a task. */
export function remind(entry, title, days, place) {
  const date = dayFromNow(days);
  return settle(place, withoutEntry(entry), async () => {
    const task = await createOnce(`/api/v1/positions/${entry.position.id}/tasks`, { title, due_date: date });
    return { text: words.reminded(dayText(date)), undo: () => callAsUser("DELETE", `/api/v1/tasks/${task.id}`) };
  });
}

/** Give a position another status, with a word why. */
export function setStatus(entry, status, note, text, place) {
  const { id, status: before } = entry.position;
  return settle(place, withoutEntry(entry), async () => {
    await putStatus(id, { status, note });
    return { text, undo: () => putStatus(id, { status: before }) };
  });
}

/** The person has taken an offer: there is nothing more to do for it. */
export function acceptOffer(entry, place) {
  const path = `/api/v1/positions/${entry.position.id}`;
  return settle(place, withoutEntry(entry), async () => {
    await putStatus(entry.position.id, { status: "offer", note: words.acceptedNote });
    await callAsUser("PATCH", path, { body: { archived: true } });
    return { text: words.offerAccepted, undo: () => callAsUser("PATCH", path, { body: { archived: false } }) };
  });
}

/** Say how an interview ended. One that was not passed makes its position rejected, which "Undo" takes back, too. */
export function setOutcome(entry, outcome, place) {
  const path = `/api/v1/interviews/${entry.interview.id}/outcome`;
  const { id, status: before, company } = entry.position;
  const isRejecting = outcome === "failed" && before !== "rejected";
  return settle(place, withoutEntry(entry), async () => {
    await callAsUser("PUT", path, { body: { outcome } });
    const undo = async () => {
      await callAsUser("PUT", path, { body: { outcome: "pending" } });
      if (isRejecting) await putStatus(id, { status: before });
    };
    return { text: isRejecting ? words.outcomeRejected(company) : words.outcomeKept(words[outcome]), undo };
  });
}

/** A task is done. */
export function finishTask(task, place) {
  return settle(place, withoutTask(task), async () => {
    await patchTask(task, { done_at: new Date().toISOString() });
    return { text: words.taskDone(task.title), undo: () => patchTask(task, { done_at: null }) };
  });
}

/** A task is for tomorrow. */
export function moveTask(task, place) {
  return settle(place, withoutTask(task), async () => {
    await patchTask(task, { due_date: dayFromNow(1) });
    return { text: words.movedToTomorrow, undo: () => patchTask(task, { due_date: task.due_date }) };
  });
}

async function settle(place, patches, act) {
  leaveRow(place);
  const putBacks = patches.map(([prefix, patch]) => patchKept(prefix, patch));
  try {
    const { text, undo } = await act();
    say(text, async () => {
      await undo();
      await changed();
    });
  } catch (error) {
    for (const putBack of putBacks) putBack();
    sayFailed(error);
    return;
  }
  await changed();
}

/** Take the focus to the next row, else the one before, else the heading: the row that has it is about to go. */
function leaveRow(place) {
  const row = place?.closest("[data-settles]");
  const section = row?.closest("section");
  if (!row || !section) return;
  const rows = [...section.querySelectorAll("[data-settles]")];
  const at = rows.indexOf(row);
  const next = rows[at + 1] ?? rows[at - 1];
  (next?.querySelector("a, button, [tabindex]") ?? section.querySelector("h2"))?.focus();
}

/** @returns {Array<[string, (data: any) => any]>} */
function withoutEntry(entry) {
  const key = keyOf(entry);
  return [["/api/v1/attention", (data) => ({ ...data, entries: data.entries.filter((other) => keyOf(other) !== key) })]];
}

/** @returns {Array<[string, (data: any) => any]>} */
function withoutTask({ id }) {
  const stays = (entry) => (entry.task ?? entry.record)?.id !== id;
  return [
    ["/api/v1/attention", (data) => ({ ...data, entries: data.entries.filter(stays) })],
    ["/api/v1/agenda", (data) => ({ ...data, days: data.days.map((day) => ({ ...day, entries: day.entries.filter(stays) })) })],
  ];
}

const putStatus = (id, body) => callAsUser("PUT", `/api/v1/positions/${id}/status`, { body });
const patchTask = ({ id }, body) => callAsUser("PATCH", `/api/v1/tasks/${id}`, { body });
