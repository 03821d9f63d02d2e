/** Other positions that look like the same job. */
import { html } from "../../lib/ui.js";
import { positionWords, statuses } from "../../words/index.js";
import { useResource } from "../data.js";

/** Read which other positions look alike. @param {string} id */
export const useDuplicates = (id) => useResource(`/api/v1/positions/${id}/duplicates`);

/** A line above the page; nothing where there are none. @param {{id: string}} props */
export function Duplicates({ id }) {
  const others = useDuplicates(id).data.value?.possible_duplicates ?? [];
  if (others.length === 0) return null;
  return html`
    <section class="position-duplicates" aria-labelledby="position-duplicates-title">
      <h2 id="position-duplicates-title">${positionWords.duplicates}</h2>
      <ul>
        ${others.map(
          (other) => html`
            <li key=${other.id}>
              <a href=${`/app/positions/${other.id}`}>${other.title}, ${other.company}</a>
              <span class=${`status-chip ${other.status}`}>${statuses[other.status]}</span>
            </li>
          `,
        )}
      </ul>
    </section>
  `;
}
