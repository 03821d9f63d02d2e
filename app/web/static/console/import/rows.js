/** The rows as the positions that they will be, a page at a time. */
import { html } from "../../lib/ui.js";
import { importWords as words, statuses } from "../../words/index.js";
import { dayText, fullText } from "../dates.js";
import { setQuery } from "../router.js";
import { pageStarts } from "./wizard.js";

/** Fewer than the API shows, so that it also tells whether there are more. */
const ROWS_PER_PAGE = 50;
const ALWAYS = ["title", "company", "status", "application_date"];
const SOMETIMES = ["location", "salary_range", "source", "tags", "job_url", "notes", "description"];

/** @param {{wizard: import("./wizard.js").Wizard}} props */
export function Rows({ wizard }) {
  const { rows: following, duplicates } = wizard.found.value;
  const rows = following.slice(0, ROWS_PER_PAGE);
  const alike = new Map(duplicates.map((duplicate) => [duplicate.row, duplicate]));
  const columns = [...ALWAYS, ...SOMETIMES.filter((name) => rows.some((row) => row[name]?.length))];
  const skips = wizard.choices().skipsDuplicates;
  return html`
    <section class="import-rows" aria-labelledby="import-rows" aria-busy=${wizard.isChecking.value ? "true" : "false"}>
      <h2 id="import-rows" tabindex="-1">${words.rows}</h2>
      <div class="import-scroll" role="region" aria-labelledby="import-rows" tabindex="0">
        <table>
          <thead>
            <tr>
              <th scope="col">${words.row}</th>
              ${columns.map((name) => html`<th scope="col" key=${name}>${words.fields[name]}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${rows.map((row) => html`<${Row} key=${row.row} row=${row} columns=${columns} alike=${alike.get(row.row)} skips=${skips} />`)}
          </tbody>
        </table>
      </div>
      <${Pages} rows=${rows} hasNext=${following.length > rows.length} />
    </section>
  `;
}

function Row({ row, columns, alike, skips }) {
  return html`
    <tr class=${alike && skips ? "import-skipped" : ""}>
      <td data-label=${words.row}>
        ${row.row}
        ${alike && html`<span class="import-alike">${skips ? words.leftOut : words.twice} ${twin(alike)}</span>`}
      </td>
      ${columns.map((name) => html`<td key=${name} data-label=${words.fields[name]} class=${isBlank(row[name]) ? "import-blank" : ""}>${shown(row, name)}</td>`)}
    </tr>
  `;
}

function twin({ position_id: id, same_as_row: number }) {
  return id ? html`<a href=${`/app/positions/${id}`} target="_blank" rel="noopener">${words.youHave}</a>` : words.sameAs(number);
}

function shown(row, name) {
  const value = row[name];
  if (isBlank(value)) return "";
  if (name === "status") return statusOf(row);
  if (name === "application_date") return html`<time dateTime=${value} title=${fullText(value)}>${dayText(value)}</time>`;
  if (name === "tags") return value.join(", ");
  return value;
}

/** The status, and what its word in the file said beyond it. */
function statusOf({ status, history, archived }) {
  const note = history.findLast((entry) => entry.status === status)?.note;
  return [statuses[status], note && `(${note})`, archived && words.archived].filter(Boolean).join(" ");
}

function Pages({ rows, hasNext }) {
  const starts = pageStarts();
  if (!rows.length || (starts.length === 0 && !hasNext)) return null;
  const last = rows.at(-1).row;
  const turn = (next) => {
    setQuery({ after: next.join(",") }, { replace: false });
    document.getElementById("import-rows")?.focus();
  };
  return html`
    <nav class="actions import-pages" aria-label=${words.pages}>
      <button type="button" class="outline small" disabled=${starts.length === 0} onClick=${() => turn(starts.slice(0, -1))}>${words.previous}</button>
      <span class="tabular">${words.rowsShown(rows[0].row, last)}</span>
      <button type="button" class="outline small" disabled=${!hasNext} onClick=${() => turn([...starts, last])}>${words.next}</button>
    </nav>
  `;
}

const isBlank = (value) => value === null || value === undefined || value === "" || value?.length === 0;
