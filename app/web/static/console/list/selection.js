/** Which rows are chosen, for what is to be done with all of them. */
import { html } from "../../lib/ui.js";
import { listWords } from "../../words/index.js";

/**
 * The box of one row.
 *
 * @param {object} props
 * @param {any} props.position
 * @param {import("../../vendor/preact-signals-2.11.4.js").Signal<Set<string>>} props.selection
 */
export function SelectBox({ position, selection }) {
  const toggle = () => {
    const next = new Set(selection.value);
    if (!next.delete(position.id)) next.add(position.id);
    selection.value = next;
  };
  return html`
    <label class="list-box">
      <input type="checkbox" aria-label=${listWords.select(position)} checked=${selection.value.has(position.id)} onChange=${toggle} />
    </label>
  `;
}

/** Choose all of these, or none if all are chosen. */
export function toggleAll(positions, selection) {
  const areAll = positions.every(({ id }) => selection.value.has(id));
  selection.value = areAll ? new Set() : new Set(positions.map(({ id }) => id));
}
