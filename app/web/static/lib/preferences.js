/** How somebody wants things shown: kept in this browser, and the same in all its tabs. */
import { ofBrowser } from "./storage.js";
import { signal } from "./ui.js";

const PREFIX = "interview-tracker.preference.";

/** The most and the fewest days that the API takes. */
export const ATTENTION_DAYS = { least: 1, most: 365, usual: 14 };

/** Whose way to write dates is followed, as a language tag; "" is the browser's. */
export const dateLocale = kept("dates", "", isLocale);

/** After how many days without any news a position needs attention. */
export const attentionDays = kept("attention-days", ATTENTION_DAYS.usual, isCount);

/**
 * @template T
 * @param {string} name
 * @param {T} usual
 * @param {(value: any) => boolean} isGood whether a value can be used; what is kept may be of another version
 * @returns {import("../vendor/preact-signals-2.11.4.js").Signal<T>}
 */
function kept(name, usual, isGood) {
  const key = PREFIX + name;
  const value = signal(read(key, usual, isGood));
  value.subscribe((next) => write(key, next, usual));
  window.addEventListener("storage", (event) => {
    if (event.key === key || event.key === null) value.value = read(key, usual, isGood);
  });
  return value;
}

function read(key, usual, isGood) {
  try {
    const value = JSON.parse(ofBrowser.get(key) ?? "null");
    return isGood(value) ? value : usual;
  } catch {
    return usual;
  }
}

function write(key, value, usual) {
  if (value === usual) ofBrowser.remove(key);
  else ofBrowser.set(key, JSON.stringify(value));
}

/** Whether the API takes this many days. @param {number} days */
export function isCount(days) {
  return Number.isInteger(days) && days >= ATTENTION_DAYS.least && days <= ATTENTION_DAYS.most;
}

function isLocale(tag) {
  if (tag === "") return true;
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(tag).length === 1;
  } catch {
    return false;
  }
}
