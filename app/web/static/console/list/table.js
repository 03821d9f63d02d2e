/** The rows as a table, with the columns that the person has chosen. */
import { html, useEffect, useRef } from "../../lib/ui.js";
import { listWords } from "../../words/index.js";
import { query, setQuery } from "../router.js";
import { cells, chosenColumns } from "./columns.js";
import { SelectBox, toggleAll } from "./selection.js";

const SORTABLE = { company: "asc", title: "asc", application_date: "desc" };

/**
 * @param {object} props
 * @param {any[]} props.positions
 * @param {import("../../vendor/preact-signals-2.11.4.js").Signal<Set<string>>} props.selection
 */
export function Table({ positions, selection }) {
  return html`
    <div class="list-scroller">
      <table class="list-table">
        <caption class="visually-hidden">${listWords.caption}</caption>
        <thead>
          <tr>
            <th scope="col" class="list-select"><${SelectAll} positions=${positions} selection=${selection} /></th>
            <${Heading} name="company" label=${listWords.company} />
            <${Heading} name="title" label=${listWords.columns.title} />
            ${chosenColumns.value.map((name) => html`<${Heading} key=${name} name=${name} label=${listWords.columns[name]} />`)}
          </tr>
        </thead>
        <tbody>
          ${positions.map(
            (position) => html`<tr key=${position.id} class="list-row" data-id=${position.id} aria-selected=${undefined}>
              <td class="list-select"><${SelectBox} position=${position} selection=${selection} /></td>
              <th scope="row"><a class="list-link" href=${`/app/positions/${position.id}`}>${position.company}</a></th>
              <td class="list-title">${position.title}</td>
              ${chosenColumns.value.map((name) => html`<td key=${name} class=${`list-${name}`}>${cells[name](position)}</td>`)}
            </tr>`,
          )}
        </tbody>
      </table>
    </div>
  `;
}

function Heading({ name, label }) {
  const [by, order] = (query.value.get("sort") ?? "application_date.desc").split(".");
  if (!(name in SORTABLE)) return html`<th scope="col">${label}</th>`;
  const isSorted = by === name;
  const next = isSorted ? (order === "asc" ? "desc" : "asc") : SORTABLE[name];
  return html`
    <th scope="col" aria-sort=${isSorted ? (order === "asc" ? "ascending" : "descending") : undefined}>
      <button type="button" class="quiet list-sort" onClick=${() => setQuery({ sort: `${name}.${next}`, page: null })}>
        ${label} <span aria-hidden="true">${isSorted ? (order === "asc" ? "↑" : "↓") : ""}</span>
      </button>
    </th>
  `;
}

function SelectAll({ positions, selection }) {
  const box = useRef(/** @type {HTMLInputElement | null} */ (null));
  const count = positions.filter(({ id }) => selection.value.has(id)).length;
  useEffect(() => {
    // There is no attribute for it.
    if (box.current) box.current.indeterminate = count > 0 && count < positions.length;
  });
  return html`
    <label class="list-box">
      <input
        type="checkbox"
        ref=${box}
        aria-label=${listWords.selectAll}
        checked=${count > 0 && count === positions.length}
        onChange=${() => toggleAll(positions, selection)}
      />
    </label>
  `;
}
