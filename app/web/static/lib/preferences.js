/** How somebody wants things shown: kept in this browser, and the same in all its tabs. */
import { ofBrowser } from "./storage.js";
import { signal } from "./ui.js";

const PREFIX = "interview-tracker.preference.";

/** The most and the fewest days that the API takes. */
export const ATTENTION_DAYS = { least: 1, most: 365, usual: 14 };

/** Whose way to write dates is followed, as a language tag; "" is the browser's. */
export const dateLocale = kept("dates", "");

/** After how many days without any news a position needs attention. */
export const attentionDays = kept("attention-days", ATTENTION_DAYS.usual);

/**
 * @template T
 * @param {string} name
 * @param {T} usual
 * @returns {import("../vendor/preact-signals-2.11.4.js").Signal<T>}
 */
function kept(name, usual) {
  const key = PREFIX + name;
  const value = signal(read(key, usual));
  value.subscribe((next) => write(key, next, usual));
  window.addEventListener("storage", (event) => {
    if (event.key === key || event.key === null) value.value = read(key, usual);
  });
  return value;
}

function read(key, usual) {
  try {
    const value = JSON.parse(ofBrowser.get(key) ?? "null");
    return typeof value === typeof usual ? value : usual;
  } catch {
    return usual;
  }
}

function write(key, value, usual) {
  if (value === usual) ofBrowser.remove(key);
  else ofBrowser.set(key, JSON.stringify(value));
}
