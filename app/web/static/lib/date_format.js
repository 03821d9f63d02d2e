/** How dates are written: as the person has chosen it in the settings, else as the browser does. */
import { dateLocale } from "./preferences.js";

/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();

/**
 * Return the way to write dates of this kind, made once.
 *
 * @param {Intl.DateTimeFormatOptions} options
 */
export function format(options) {
  const locale = dateLocale.value || undefined;
  const key = `${locale} ${JSON.stringify(options)}`;
  let found = formats.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(locale, options);
    formats.set(key, found);
  }
  return found;
}
