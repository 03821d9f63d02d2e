/** Importing what somebody has: a file, what is understood of it, and the positions that come of it. */
import { html, useLayoutEffect, useRef } from "../../lib/ui.js";
import { importWords as words, words as shared } from "../../words/index.js";
import { Skeleton } from "../states.js";
import { ViewHead } from "../view.js";
import { Columns } from "./columns.js";
import { FileChoice } from "./file_choice.js";
import { Overview } from "./overview.js";
import { DateOrder, Refusal } from "./refusal.js";
import { Outcome } from "./outcome.js";
import { Rows } from "./rows.js";
import { Submit } from "./submit.js";
import { useWizard } from "./wizard.js";
import { WrongRows } from "./wrong_rows.js";

/** The view. */
export function View() {
  const wizard = useWizard();
  const { file, found, isChecking } = wizard;
  const result = wizard.result();
  return html`
    <${ViewHead} title=${words.title} />
    ${result
      ? html`<${Outcome} wizard=${wizard} result=${result} />`
      : html`
          <${FileChoice} wizard=${wizard} />
          <${Refusal} wizard=${wizard} />
          ${file.value && !found.value && isChecking.value && html`<${Reading} />`}
          ${file.value && html`<${Understood} key=${file.value.name} wizard=${wizard} />`}
        `}
  `;
}

function Reading() {
  return html`
    <div aria-busy="true">
      <p role="status">${words.reading}</p>
      <${Skeleton} lines=${["w30", "w90", "w90", "w60", "w90"]} />
    </div>
  `;
}

/** What the API has understood, once it has. */
function Understood({ wizard }) {
  const { found, refusal } = wizard;
  const heading = useRef(/** @type {HTMLElement | null} */ (null));
  const isThere = Boolean(found.value);
  useLayoutEffect(() => {
    if (isThere) heading.current?.focus();
  }, [isThere]);
  const { columns: names, fields = {} } = refusal.value?.details ?? {};
  if (!found.value) {
    return html`
      ${names && html`<${Columns} wizard=${wizard} columns=${names.map((name) => ({ name, field: fields[name] ?? null }))} />`}
      <${DateOrder} wizard=${wizard} />
    `;
  }
  return html`
    <section aria-labelledby="import-overview">
      <h2 id="import-overview" tabindex="-1" ref=${heading}>${words.overview}</h2>
      <${Overview} wizard=${wizard} />
    </section>
    <${DateOrder} wizard=${wizard} />
    <${Columns} wizard=${wizard} columns=${found.value.columns} />
    ${found.value.errors.length > 0 && html`<${WrongRows} found=${found.value} />`}
    ${found.value.valid_rows > 0 && html`<${Rows} wizard=${wizard} />`}
    <${Submit} wizard=${wizard} />
    <p class="visually-hidden" role="status">${wizard.isChecking.value ? shared.loading : ""}</p>
  `;
}
