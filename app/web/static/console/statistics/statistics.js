/** The statistics: what became of the applications, and what practice has shown. Which, and the filters, stand in the address. */
import { html } from "../../lib/ui.js";
import { statisticsWords } from "../../words/index.js";
import { query } from "../router.js";
import { ViewHead } from "../view.js";
import { Applications } from "./applications.js";
import { Practice } from "./practice.js";

const PARTS = { applications: Applications, practice: Practice };

/** The view. */
export function View() {
  const part = query.value.get("show") === "practice" ? "practice" : "applications";
  const Part = PARTS[part];
  return html`
    <${ViewHead} title=${statisticsWords.title}>
      <nav class="statistics-parts" aria-label=${statisticsWords.title}>
        ${Object.entries(statisticsWords.parts).map(
          ([name, label]) => html`<a key=${name} href=${addressOf(name)} aria-current=${name === part ? "true" : undefined}>${label}</a>`,
        )}
      </nav>
    </${ViewHead}>
    <${Part} />
  `;
}

/** The filters stay where they are: the way back finds them. */
function addressOf(part) {
  const parameters = new URLSearchParams(query.value);
  if (part === "practice") parameters.set("show", part);
  else parameters.delete("show");
  return parameters.size > 0 ? `/app/statistics?${parameters}` : "/app/statistics";
}
