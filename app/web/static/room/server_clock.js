/**
 * The server's time, as well as this page can know it.
 *
 * Deadlines are points in the server's time. What is left until one is counted anew at every tick from this machine's
 * clock and its distance to the server's, so a slow or sleeping tab shows the right figure as soon as it shows one.
 */
import { signal } from "../lib/ui.js";

const TICK_MS = 200;

let distance = 0;

/** The server's time in milliseconds since the epoch, moved on a few times a second. */
export const serverNow = signal(Date.now());

/** The server's time at this very moment. */
export const serverTime = () => Date.now() + distance;

/** Take in what the server's clock showed just now. */
export function setServerTime(iso) {
  distance = Date.parse(iso) - Date.now();
  tick();
}

/** Return by how many milliseconds a newer look at the server's clock differs from what this page goes by. */
export const errorAgainst = (iso) => Math.abs(Date.parse(iso) - serverTime());

/** Bring `serverNow` up to this moment. */
export function tick() {
  serverNow.value = serverTime();
}

setInterval(tick, TICK_MS);
document.addEventListener("visibilitychange", tick);
