/** Numbers as the browser's language writes them. */
const WHOLE = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });
const TENTHS = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const PERCENT = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 0 });

/** @param {number} percent 0 to 100 */
export const percentText = (percent) => PERCENT.format(percent / 100);

/** @param {number} value */
export const wholeText = (value) => WHOLE.format(value);

/** @param {number} value */
export const tenthsText = (value) => TENTHS.format(value);
