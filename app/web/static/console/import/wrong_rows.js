/** Rows that cannot be imported, as they stand in the file, with what is wrong beside each cell. */
import { html } from "../../lib/ui.js";
import { importWords as words } from "../../words/index.js";

/** @param {{found: any}} props the answer to a dry run */
export function WrongRows({ found }) {
  const total = found.total_rows - found.valid_rows;
  return html`
    <section class="panel" aria-labelledby="import-wrong">
      <h2 id="import-wrong">${words.wrongTitle(total)}</h2>
      <p>${words.wrongText}</p>
      <ul class="import-wrong">
        ${found.errors.map((row) => html`<${WrongRow} key=${row.row} row=${row} />`)}
      </ul>
      ${total > found.errors.length && html`<p class="muted">${words.moreWrong(total - found.errors.length)}</p>`}
    </section>
  `;
}

function WrongRow({ row: { row, cells, field_errors: problems } }) {
  // The title and the company tell which row it is.
  const names = new Set(["title", "company", ...Object.keys(problems).map(fieldOf)]);
  return html`
    <li>
      <h3>${words.rowNumber(row)}</h3>
      <dl>
        ${[...names].map((name) => html`<${Cell} key=${name} name=${name} text=${cells[name]} problem=${problemOf(problems, name)} />`)}
      </dl>
    </li>
  `;
}

function Cell({ name, text, problem }) {
  return html`
    <div class=${problem ? "import-bad" : ""}>
      <dt>${words.fields[name] ?? words.wholeRow}</dt>
      <dd>
        ${text ?? (name in words.fields ? html`<span class="muted">${words.blank}</span>` : "")}
        ${problem && html`<span class="import-problem">${problem}</span>`}
      </dd>
    </div>
  `;
}

/** Of `tags.0` the field is `tags`. */
const fieldOf = (name) => name.split(".")[0];

const problemOf = (problems, name) =>
  Object.entries(problems)
    .filter(([field]) => fieldOf(field) === name)
    .map(([, sentence]) => sentence)
    .join(" ");
