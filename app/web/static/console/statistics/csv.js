/** Figures as a file that spreadsheets open. */
import { saveFile } from "../../lib/save_file.js";

// A cell that begins so would be calculated, and its text may come from anywhere: a source is free text.
const LOOKS_LIKE_FORMULA = /^[\s'"]*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

/**
 * Hand the browser a table as a CSV file.
 *
 * @param {string} name of the file, without its ending
 * @param {import("./figure_panel.js").Column<any>[]} columns
 * @param {any[]} rows
 */
export function saveCsv(name, columns, rows) {
  const lines = [columns.map((column) => column.name), ...rows.map((row) => columns.map((column) => column.value(row)))];
  const text = lines.map((line) => `${line.map(cellOf).join(",")}\r\n`).join("");
  // Without the mark, Excel takes the letters for those of the machine's code page.
  saveFile(new Blob(["\ufeff", text], { type: "text/csv;charset=utf-8" }), `${name}.csv`);
}

/**
 * @param {string | number | null} value
 * @returns {string}
 */
function cellOf(value) {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const safe = LOOKS_LIKE_FORMULA.test(value) ? `'${value}` : value;
  return /[",;\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
