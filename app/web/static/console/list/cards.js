/** The rows as a phone has them. */
import { html } from "../../lib/ui.js";
import { dayText, When } from "../dates.js";
import { cells } from "./columns.js";
import { SelectBox } from "./selection.js";

/**
 * @param {object} props
 * @param {any[]} props.positions
 * @param {import("../../vendor/preact-signals-2.11.4.js").Signal<Set<string>>} props.selection
 */
export function Cards({ positions, selection }) {
  return html`
    <ul class="list-cards">
      ${positions.map((position) => html`<${Row} key=${position.id} position=${position} selection=${selection} />`)}
    </ul>
  `;
}

function Row({ position, selection }) {
  const { id, company, title, location, application_date: applied, tags } = position;
  return html`
    <li class="list-row list-card" data-id=${id}>
      <${SelectBox} position=${position} selection=${selection} />
      <div class="list-card-text">
        <a class="list-link" href=${`/app/positions/${id}`}><strong>${company}</strong> <span>${title}</span></a>
        <p>
          ${cells.status(position)}
          ${location && html`<span>${location}</span>`}
          ${applied && html`<${When} at=${applied} text=${dayText(applied)} />`}
          ${tags.length > 0 && cells.tags(position)}
        </p>
        ${position.next_event && html`<p class="list-card-next">${cells.next_event(position)}</p>`}
      </div>
    </li>
  `;
}
