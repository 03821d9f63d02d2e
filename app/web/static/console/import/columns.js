/** Each column of the file, and the field that it becomes. */
import { html, useId } from "../../lib/ui.js";
import { importWords as words } from "../../words/index.js";

/**
 * @param {object} props
 * @param {import("./wizard.js").Wizard} props.wizard
 * @param {Array<{name: string, field: string | null, reason?: string}>} props.columns
 */
export function Columns({ wizard, columns }) {
  const unread = columns.filter(({ field }) => !field).length;
  return html`
    <section class="panel" aria-labelledby="import-columns">
      <h2 id="import-columns">${words.columns}</h2>
      <p class="muted">${unread ? words.unread(unread) : words.allRead}</p>
      <ul class="import-columns">
        ${columns.map((column, index) => html`<${ColumnChoice} key=${`${index} ${column.name}`} wizard=${wizard} column=${column} />`)}
      </ul>
    </section>
  `;
}

function ColumnChoice({ wizard, column: { name, field, reason } }) {
  const id = useId();
  const { mapping } = wizard.choices();
  const wanted = Object.hasOwn(mapping, name) ? mapping[name] : field;
  const choose = (event) => wizard.choose({ mapping: remapped(mapping, name, event.currentTarget.value || null) });
  // The server's reasons are for programs; what was left out by choice needs none.
  const note = field ? reason : Object.hasOwn(mapping, name) || !name ? "" : words.reason(reason);
  return html`
    <li class=${wanted ? "" : "import-unread"}>
      <label for=${id}>${name || words.nameless}</label>
      <select id=${id} disabled=${!name} aria-describedby=${note ? `${id}-note` : undefined} onChange=${choose}>
        <option value="" selected=${!wanted}>${words.leaveOut}</option>
        ${Object.entries(words.fields).map(
          ([value, label]) => html`<option key=${value} value=${value} selected=${value === wanted}>${label}</option>`,
        )}
      </select>
      ${note && html`<small id=${`${id}-note`}>${note}</small>`}
    </li>
  `;
}

/** Return a mapping with one column changed. A field has one column: whoever had it by choice is free again. */
function remapped(mapping, name, field) {
  const others = Object.entries(mapping).filter(([other, its]) => other !== name && (!its || its !== field));
  return { ...Object.fromEntries(others), [name]: field };
}
