/**
 * What the API has said, kept while it is looked at, and asked for again when it may have changed.
 *
 * Nearly everything hangs together here: a move of a card changes the board, the list, the agenda and the figures. So
 * whoever changes something says so once, and all that is on the page is read again; what is not is read when it is
 * looked at next. Other tabs of the same user hear of it too.
 */
import { callAsUser, user } from "../lib/auth.js";
import { batch, effect, signal, useLayoutEffect, useMemo } from "../lib/ui.js";

const FRESH_MS = 5_000;
const PATIENCE_MS = 200;
const MOST_KEPT = 200;
// An account may have eight requests under way, and two tabs are common.
const MOST_AT_ONCE = 4;
const POSITIONS = "/api/v1/positions";
const MOST_PER_PAGE = 100;
// Marks a path of which all pages are wanted. Servers are never sent what stands behind a "#".
const EVERY_PAGE = "#every-page";

/**
 * @template T
 * @typedef {object} Resource
 * @property {import("../vendor/preact-signals-2.11.4.js").Signal<T | undefined>} data what was read last
 * @property {import("../vendor/preact-signals-2.11.4.js").Signal<Error | null>} error why the last reading failed
 * @property {import("../vendor/preact-signals-2.11.4.js").Signal<boolean>} isLoading
 * @property {() => Promise<void>} reload
 */

/** @type {Map<string | null, any>} */
const kept = new Map();
/** @type {Set<{prefix: string, patch: (data: any, path: string) => any}>} */
const overlays = new Set();
const waiting = [];

/** @type {import("../vendor/preact-signals-2.11.4.js").Signal<any[]>} resources on the page that failed, which no part of it tells */
export const untold = signal([]);

let underWay = 0;
let owner = user.value?.id ?? null;
let channel = openChannel();

// Whoever signs in next in this browser sees nothing of the one before.
effect(() => {
  const id = user.value?.id ?? null;
  if (id === owner) return;
  owner = id;
  kept.clear();
  overlays.clear();
  channel?.close();
  channel = openChannel();
});

window.addEventListener("focus", () => refresh(FRESH_MS));
window.addEventListener("online", () => refresh(0));

/**
 * Read what a path of the API answers to the signed-in user, and read it again whenever it may have changed.
 *
 * @template T
 * @param {string | null} path null reads nothing
 * @returns {Resource<T>}
 */
export function useResource(path) {
  const entry = useMemo(() => entryOf(path), [path, user.value?.id]);
  // Not after the first paint, which on a slow phone is a tenth of a second later.
  useLayoutEffect(() => {
    entry.users += 1;
    findUntold();
    if (entry.path && Date.now() - entry.readAt > FRESH_MS) void entry.reload();
    return () => {
      entry.users -= 1;
      findUntold();
    };
  }, [entry]);
  return entry;
}

/**
 * Say that this part of the page tells of a resource that cannot be read. Where no part does, the frame does.
 *
 * @param {Resource<any>} resource
 */
export function useTelling(resource) {
  const entry = /** @type {any} */ (resource);
  useLayoutEffect(() => {
    entry.tellers += 1;
    findUntold();
    return () => {
      entry.tellers -= 1;
      findUntold();
    };
  }, [entry]);
}

let untoldTimer = 0;

/** Look for what nobody tells, as soon as those who tell of it have been drawn. */
function findUntold() {
  clearTimeout(untoldTimer);
  untoldTimer = setTimeout(() => (untold.value = foundUntold(untold.value)), PATIENCE_MS);
}

function foundUntold(before) {
  // What is not there (404) is no failure: the page has it that nothing is there.
  const isUntold = ({ users, tellers, error }) => users > 0 && tellers === 0 && error.value && error.value.status !== 404;
  const found = [...kept.values()].filter(isUntold);
  return found.length > 0 ? found : before.length > 0 ? [] : before;
}

/**
 * Read all pages of a list of positions as if they were one, whatever their number, and keep that like any other answer.
 *
 * @param {string} filters as in a query, without pages: "archived=false"
 * @returns {Resource<{positions: any[], total: number}>}
 */
export function useEveryPosition(filters) {
  return useResource(`${POSITIONS}?${filters}&per_page=${MOST_PER_PAGE}${EVERY_PAGE}`);
}

/**
 * Tell everybody that something was changed on the server: all that is shown is read again, here and in other tabs.
 *
 * @returns {Promise<void>} when this page has been brought up to date
 */
export async function changed() {
  channel?.postMessage("changed");
  await refresh(0);
}

/**
 * Show a change before the server has made it: `patch` is given each kept answer below a path, and returns what it will
 * be, or the same object where nothing of it changes. Returns what puts everything back.
 *
 * @param {string} prefix
 * @param {(data: any, path: string) => any} patch
 * @returns {() => void}
 */
export function patchKept(prefix, patch) {
  /** @type {Array<[any, {patch: (data: any, path: string) => any}]>} */
  const laid = [];
  batch(() => {
    for (const entry of below(prefix)) {
      const next = patch(entry.data.value, entry.path);
      if (next === entry.data.value) continue;
      const layer = { patch };
      laid.push([entry, layer]);
      entry.layers.push(layer);
      entry.data.value = next;
      // What is being read was asked for before the change.
      entry.turn += 1;
      entry.isLoading.value = false;
    }
  });
  return () =>
    batch(() => {
      for (const [entry, layer] of laid) {
        const at = entry.layers.indexOf(layer);
        // What was read meanwhile is newer than the change. What was changed besides stays changed.
        if (at >= 0) entry.layers.splice(at, 1), show(entry);
      }
    });
}

/**
 * Let all that is and will be read below a path be seen through `patch`, as for `patchKept`, until the returned function
 * is called. What is seen then changes with the next reading, or at once where it is to be `shown` again.
 *
 * @param {string} prefix
 * @param {(data: any, path: string) => any} patch
 * @returns {(options?: {shown?: boolean}) => void}
 */
export function overlay(prefix, patch) {
  const laid = { prefix, patch };
  overlays.add(laid);
  batch(() => below(prefix).forEach(show));
  return ({ shown = false } = {}) => {
    overlays.delete(laid);
    if (shown) batch(() => below(prefix).forEach(show));
  };
}

/** The kept answers below a path. */
const below = (prefix) => [...kept.values()].filter((entry) => entry.path?.startsWith(prefix) && entry.data.value !== undefined);

/** Show what was read last, with all that was changed since and all that it is seen through. */
function show(entry) {
  let data = entry.read;
  for (const { patch } of entry.layers) data = patch(data, entry.path);
  for (const { prefix, patch } of overlays) if (entry.path.startsWith(prefix)) data = patch(data, entry.path);
  entry.data.value = data;
}

async function refresh(olderThanMs) {
  const readings = [];
  for (const [path, entry] of kept) {
    if (entry.users === 0) entry.readAt = 0;
    else if (path && Date.now() - entry.readAt >= olderThanMs) readings.push(entry.reload());
  }
  await Promise.all(readings);
}

function entryOf(path) {
  const found = kept.get(path);
  if (found) return found;
  if (kept.size >= MOST_KEPT) forgetUnused();
  const entry = newEntry(path);
  kept.set(path, entry);
  return entry;
}

function newEntry(path) {
  const entry = {
    path,
    /** What was read last, and what has been changed of it since. */
    read: undefined,
    layers: [],
    data: signal(undefined),
    error: signal(null),
    isLoading: signal(false),
    readAt: 0,
    users: 0,
    tellers: 0,
    turn: 0,
    reload: async () => {
      if (!path) return;
      const turn = ++entry.turn;
      entry.readAt = Date.now();
      entry.isLoading.value = true;
      try {
        const answer = await inTurn(() => answerOf(path));
        if (turn === entry.turn) batch(() => take(entry, answer));
      } catch (error) {
        if (turn === entry.turn) entry.error.value = error;
      } finally {
        if (turn === entry.turn) entry.isLoading.value = false;
        findUntold();
      }
    },
  };
  return entry;
}

function take(entry, answer) {
  entry.read = answer;
  entry.layers = [];
  entry.error.value = null;
  show(entry);
}

function answerOf(path) {
  return path.endsWith(EVERY_PAGE) ? everyPage(path.slice(0, -EVERY_PAGE.length)) : callAsUser("GET", path);
}

async function inTurn(read) {
  if (underWay >= MOST_AT_ONCE) await new Promise((resolve) => waiting.push(resolve));
  else underWay += 1;
  try {
    return await read();
  } finally {
    // Whoever waits takes the place over.
    const next = waiting.shift();
    if (next) next();
    else underWay -= 1;
  }
}

async function everyPage(path) {
  const positions = new Map();
  let answer;
  let page = 1;
  do {
    answer = await callAsUser("GET", `${path}&page=${page}`);
    // What was entered between two readings moves others on to the next page.
    for (const position of answer.positions) positions.set(position.id, position);
    page += 1;
  } while (answer.has_next);
  return { positions: [...positions.values()], total: positions.size };
}

function forgetUnused() {
  for (const [path, entry] of kept) if (entry.users === 0) kept.delete(path);
}

function openChannel() {
  if (!owner || typeof BroadcastChannel === "undefined") return null;
  const opened = new BroadcastChannel(`interview-tracker.${owner}`);
  opened.onmessage = () => refresh(0);
  return opened;
}
