/**
 * Work that one tab does at a time.
 *
 * Browsers have locks on HTTPS and localhost only. Elsewhere a note in localStorage does: whoever finds none writes
 * one, and it is their turn if it is still theirs a moment later. That moment is longer than it takes until all tabs
 * see what one of them has written.
 */
import { ofBrowser } from "./storage.js";

const SETTLING_MS = 100;
const LONGEST_TURN_MS = 15_000;

/** Do the work when no other tab does work of this name, and return what it returns. */
export function oneTabAtATime(name, work) {
  return navigator.locks ? navigator.locks.request(name, work) : inTurn(`${name}.turn`, work);
}

async function inTurn(key, work) {
  // Not `crypto.randomUUID`, which plain HTTP does not have either.
  const me = crypto.getRandomValues(new Uint32Array(2)).join("-");
  while (!(await take(key, me))) await pause();
  try {
    return await work();
  } finally {
    if (note(key)?.holder === me) ofBrowser.remove(key);
  }
}

async function take(key, me) {
  const left = (note(key)?.until ?? 0) - Date.now();
  // A tab that was closed in its turn leaves its note behind; one from the future is of before the clock was set.
  if (left > 0 && left <= LONGEST_TURN_MS) return false;
  ofBrowser.set(key, JSON.stringify({ holder: me, until: Date.now() + LONGEST_TURN_MS }));
  await pause();
  return note(key)?.holder === me;
}

function note(key) {
  try {
    return JSON.parse(ofBrowser.get(key) ?? "null");
  } catch {
    return null;
  }
}

const pause = () => new Promise((resolve) => setTimeout(resolve, SETTLING_MS));
