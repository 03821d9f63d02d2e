/**
 * Deletions that wait until the way back is gone. The API has no way to bring a position back, so it hears of a
 * deletion only then: when the notice with "Undo" goes away, or when the page is left.
 */
import { callAsUser, userId } from "../../lib/auth.js";
import { signal } from "../../lib/ui.js";
import { changeWords } from "../../words/index.js";
import { changed } from "../data.js";
import { say, sayFailed } from "../notices.js";
import { forEach } from "./change_positions.js";

const KEY = "interview-tracker.deletions.";
const IS_ID = /^[0-9a-f-]{36}$/;
// Longer than a notice can reasonably stay. What is older was left by a page that could not finish.
const LEFT_BEHIND_MS = 120_000;
// As many writes as the API takes at once; a page that is going away cannot wait for a turn.
const AT_LEAVING = 4;

/** The ids of positions that are as good as deleted. */
export const deleted = signal(/** @type {Set<string>} */ (new Set()));

// Whoever signs in next has deleted nothing. What was not carried out stands in the storage, under its user.
userId.subscribe(() => {
  deleted.value = new Set();
});

window.addEventListener("pagehide", () => {
  for (const id of [...deleted.value].slice(0, AT_LEAVING)) {
    void callAsUser("DELETE", pathOf(id), { keepalive: true }).then(() => forget([id]), () => {});
  }
});

/**
 * Delete positions as soon as it cannot be undone any more.
 *
 * @param {Array<{id: string, title: string, company: string}>} positions
 */
export function remove(positions) {
  const ids = positions.map(({ id }) => id);
  deleted.value = new Set([...deleted.value, ...ids]);
  keep(ids);
  say(
    changeWords.deleted(positions),
    () => release(ids),
    () => carryOut(ids),
  );
}

/** Finish what an earlier page had no time for. */
export async function finishDeletions() {
  const due = Object.entries(stored()).filter(([id, at]) => Date.now() - at > LEFT_BEHIND_MS && !deleted.value.has(id));
  if (due.length > 0) await carryOut(due.map(([id]) => id));
}

async function carryOut(ids) {
  const failures = (await forEach(ids, (id) => callAsUser("DELETE", pathOf(id)))).filter(({ error }) => error.status !== 404);
  await changed();
  // Only now: between the deletion and the new reading they would be seen once more.
  release(ids);
  if (failures.length > 0) sayFailed(failures[0].error, changeWords.notDeleted(failures.length));
}

function release(ids) {
  deleted.value = new Set([...deleted.value].filter((id) => !ids.includes(id)));
  forget(ids);
}

const keyOfUser = () => KEY + userId.value;
const pathOf = (id) => `/api/v1/positions/${id}`;

function keep(ids) {
  store({ ...stored(), ...Object.fromEntries(ids.map((id) => [id, Date.now()])) });
}

function forget(ids) {
  store(Object.fromEntries(Object.entries(stored()).filter(([id]) => !ids.includes(id))));
}

/** @returns {Record<string, number>} when each was deleted */
function stored() {
  try {
    const kept = Object.entries(JSON.parse(localStorage.getItem(keyOfUser()) ?? "null") ?? {});
    return Object.fromEntries(kept.filter(([id, at]) => IS_ID.test(id) && typeof at === "number"));
  } catch {
    return {};
  }
}

function store(deletions) {
  try {
    if (Object.keys(deletions).length > 0) localStorage.setItem(keyOfUser(), JSON.stringify(deletions));
    else localStorage.removeItem(keyOfUser());
  } catch {
    // Then a deletion is lost if the page is left within its seconds, and nothing worse.
  }
}
