/** A question with its answer as a title, a picture of it, and its figures as a table and as a file. */
import { html, useId } from "../../lib/ui.js";
import { statisticsWords } from "../../words/index.js";
import { Bar } from "./bar.js";
import { saveCsv } from "./csv.js";

/**
 * @template Row
 * @typedef {object} Column
 * @property {string} name
 * @property {(row: Row) => string | number | null} value what the file has
 * @property {(row: Row) => any} [text] what the table has, where that is not the value
 * @property {(row: Row) => number | null} [share] the length of a bar, 0 to 1; null draws none
 * @property {boolean} [isNumber]
 * @property {boolean} [isExtra] whether a phone can do without it
 */

/**
 * @param {object} props
 * @param {string} props.title
 * @param {string} props.file the name of the file, without its ending
 * @param {Column<any>[]} props.columns the first one names the row
 * @param {any[]} props.rows
 * @param {any[]} [props.allRows] what the file has, where the table has fewer
 * @param {string} [props.note]
 * @param {any} [props.children] a picture; with one the table is behind a click
 * @param {any} [props.foot] beside the way to the file
 * @param {boolean} [props.isWide]
 */
export function FigurePanel({ title, file, columns, rows, allRows = rows, note, children, foot, isWide = false }) {
  const id = useId();
  const table = html`<${FigureTable} labelledBy=${id} columns=${columns} rows=${rows} />`;
  const below = html`
    <div class="actions">
      <button type="button" class="quiet" aria-label=${statisticsWords.saveCsvOf(title)} onClick=${() => saveCsv(file, columns, allRows)}>
        ${statisticsWords.saveCsv}
      </button>
      ${foot}
    </div>
  `;
  return html`
    <section class=${`panel statistics-panel${isWide ? " wide" : ""}`} aria-labelledby=${id}>
      <h2 id=${id}>${title}</h2>
      ${note && html`<p class="statistics-note">${note}</p>`}
      ${children
        ? html`${children}<details><summary>${statisticsWords.figures}</summary>${table}${below}</details>`
        : html`${table}${below}`}
    </section>
  `;
}

function FigureTable({ labelledBy, columns, rows }) {
  return html`
    <div class="statistics-table" role="group" aria-labelledby=${labelledBy} tabindex="0">
      <table aria-labelledby=${labelledBy}>
        <thead>
          <tr>${columns.map((column) => html`<th key=${column.name} scope="col" class=${classOf(column)}>${column.name}</th>`)}</tr>
        </thead>
        <tbody>
          ${rows.map(
            (row, index) => html`<tr key=${index}>
              <th scope="row">${textOf(columns[0], row)}</th>
              ${columns.slice(1).map((column) => html`<td key=${column.name} class=${classOf(column)}><${Cell} column=${column} row=${row} /></td>`)}
            </tr>`,
          )}
        </tbody>
      </table>
    </div>
  `;
}

function Cell({ column, row }) {
  const share = column.share?.(row) ?? null;
  const text = textOf(column, row);
  return share === null ? text : html`<span class="statistics-measure"><span>${text}</span><${Bar} share=${share} /></span>`;
}

const classOf = ({ isNumber, isExtra }) => [isNumber && "number", isExtra && "extra"].filter(Boolean).join(" ");

function textOf(column, row) {
  return (column.text ?? column.value)(row) ?? "–";
}
