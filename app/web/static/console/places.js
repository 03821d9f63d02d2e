/** The views of the console by their addresses. Each is loaded when it is first gone to. */
import { frame, words } from "../words/index.js";

/**
 * @typedef {object} Place
 * @property {RegExp} pattern of the path below `/app`; its groups are the view's parameters
 * @property {string} name which place of the navigation it belongs to
 * @property {() => Promise<{View: any}>} load
 */

const ID = "(?<id>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})";

/** @type {Place[]} */
export const places = [
  { pattern: /^\/$/, name: "today", load: () => import("./today/today.js") },
  { pattern: /^\/board$/, name: "board", load: () => import("./board/board.js") },
  { pattern: /^\/list$/, name: "list", load: () => import("./list/list.js") },
  { pattern: new RegExp(`^/positions/${ID}$`), name: "list", load: () => import("./position/position.js") },
  { pattern: /^\/add$/, name: "add", load: () => import("./add/add_page.js") },
  { pattern: /^\/calendar$/, name: "calendar", load: () => import("./calendar/calendar.js") },
  { pattern: /^\/statistics$/, name: "statistics", load: () => import("./statistics/statistics.js") },
  { pattern: /^\/import$/, name: "list", load: () => import("./import/import.js") },
  { pattern: /^\/practice$/, name: "practice", load: () => import("./practice/practice.js") },
  { pattern: /^\/practice\/new$/, name: "practice", load: () => import("./practice/plan_editor.js") },
  { pattern: new RegExp(`^/practice/${ID}$`), name: "practice", load: () => import("./practice/plan_editor.js") },
  { pattern: new RegExp(`^/sessions/${ID}$`), name: "practice", load: () => import("./session/session.js") },
  { pattern: /^\/settings$/, name: "settings", load: () => import("./settings/settings.js") },
  { pattern: /^\/more$/, name: "more", load: () => import("./more.js") },
];

/** The places of the rail, each with the key that follows "g". */
export const rail = [
  { name: "today", path: "/app/", key: "t" },
  { name: "board", path: "/app/board", key: "b" },
  { name: "list", path: "/app/list", key: "l" },
  { name: "calendar", path: "/app/calendar", key: "c" },
  { name: "statistics", path: "/app/statistics", key: "s" },
  { name: "practice", path: "/app/practice", key: "p" },
];

/** The places of the bar at the foot of a phone. */
export const bar = [
  { name: "today", path: "/app/" },
  { name: "board", path: "/app/board" },
  { name: "add", path: "/app/add" },
  { name: "practice", path: "/app/practice" },
  { name: "more", path: "/app/more" },
];

/** Return the name of a place as people read it. */
export const placeName = (name) => ({ ...frame.places, add: frame.add, more: words.more })[name] ?? name;

/**
 * Find the place at a path and its parameters; null if there is none.
 *
 * @param {string} path
 * @returns {{place: Place, parameters: Record<string, string>} | null}
 */
export function placeAt(path) {
  for (const place of places) {
    const match = place.pattern.exec(path);
    if (match) return { place, parameters: { ...match.groups } };
  }
  return null;
}
