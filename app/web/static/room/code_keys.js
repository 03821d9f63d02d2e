/** What keys do in a box for code: lines are indented, and a new line begins where the one above does. */

const INDENT = "    ";

/**
 * @typedef {object} Change
 * @property {number} from where what is replaced begins
 * @property {number} to and ends
 * @property {string} text what takes its place
 * @property {number} start where the selection begins afterwards
 * @property {number} end and ends
 */

/**
 * Indent at the caret, or each line of a selection that goes over several.
 *
 * @param {string} text
 * @param {number} start
 * @param {number} end
 * @returns {Change}
 */
export function indented(text, start, end) {
  if (!text.slice(start, end).includes("\n")) {
    const at = start + INDENT.length;
    return { from: start, to: end, text: INDENT, start: at, end: at };
  }
  const from = lineStart(text, start);
  const lines = text.slice(from, end).split("\n");
  const longer = lines.map((line) => (line ? INDENT + line : line)).join("\n");
  const first = lines[0] ? INDENT.length : 0;
  return { from, to: end, text: longer, start: start + first, end: from + longer.length };
}

/**
 * Take back one indentation of every line that the selection touches.
 *
 * @param {string} text
 * @param {number} start
 * @param {number} end
 * @returns {Change}
 */
export function outdented(text, start, end) {
  const from = lineStart(text, start);
  const next = text.indexOf("\n", end);
  const to = next < 0 ? text.length : next;
  const whole = text.slice(from, to).split("\n");
  const widths = whole.map(widthOfIndent);
  const shorter = whole.map((line, index) => line.slice(widths[index])).join("\n");
  const gone = widths.reduce((sum, width) => sum + width, 0);
  const newStart = Math.max(from, start - widths[0]);
  return { from, to, text: shorter, start: newStart, end: Math.max(newStart, end - gone) };
}

/**
 * Begin a new line with the indentation of this one.
 *
 * @param {string} text
 * @param {number} start
 * @param {number} end
 * @returns {Change}
 */
export function newLine(text, start, end) {
  const line = text.slice(lineStart(text, start), start);
  const indent = line.slice(0, line.length - line.trimStart().length);
  const at = start + 1 + indent.length;
  return { from: start, to: end, text: `\n${indent}`, start: at, end: at };
}

/**
 * Change a text area as typing would: its own undo takes it back, and it tells of its input.
 *
 * @param {HTMLTextAreaElement} box
 * @param {Change} change
 */
export function apply(box, change) {
  if (box.value.slice(change.from, change.to) !== change.text) {
    box.setSelectionRange(change.from, change.to);
    const isDone = change.text
      ? document.execCommand("insertText", false, change.text)
      : document.execCommand("delete");
    if (!isDone) {
      box.setRangeText(change.text, change.from, change.to);
      box.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }
  box.setSelectionRange(change.start, change.end);
}

const lineStart = (text, at) => (at === 0 ? 0 : text.lastIndexOf("\n", at - 1) + 1);

/** How many characters of a line one indentation is: up to four blanks, or a tabulator. */
function widthOfIndent(line) {
  if (line.startsWith("\t")) return 1;
  let width = 0;
  while (width < INDENT.length && line[width] === " ") width += 1;
  return width;
}
