/** How the file was read, and what would come of it, in a few plain sentences. */
import { html } from "../../lib/ui.js";
import { importWords as words } from "../../words/index.js";

/** @param {{wizard: import("./wizard.js").Wizard}} props */
export function Overview({ wizard }) {
  const found = wizard.found.value;
  const { read_as: how } = found;
  const wrong = found.total_rows - found.valid_rows;
  const alike = found.duplicates.length;
  const choose = (event) => wizard.choose({ skipsDuplicates: event.currentTarget.checked });
  return html`
    <p role="status" class="import-sum">
      ${wrong > 0 ? `${words.rowsFound(found.total_rows)} ${words.wrong(wrong)}` : words.allGood(found.total_rows)}${" "}
      ${alike > 0 && words.alike(alike)}
    </p>
    ${how.sheet && html`<p class="muted">${words.sheet(how.sheet, how.other_sheets)}</p>`}
    ${alike > 0 &&
    html`
      <label class="import-skip">
        <input type="checkbox" role="switch" checked=${wizard.choices().skipsDuplicates} onChange=${choose} />
        ${words.skip(alike)}
      </label>
    `}
  `;
}
