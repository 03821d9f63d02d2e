/** What can be done with a card: move it, open it, archive it, delete it. */
import { html } from "../../lib/ui.js";
import { changeWords } from "../../words/index.js";
import { MoveSheet } from "../changes/move_sheet.js";

/**
 * @param {object} props
 * @param {any} props.position
 * @param {string} [props.to] a status that is chosen already
 * @param {() => void} props.onClose
 * @param {(position: any) => void} props.onMoved
 * @param {(position: any) => void} props.onArchive
 * @param {(position: any) => void} props.onDelete
 */
export function CardSheet({ position, to, onClose, onMoved, onArchive, onDelete }) {
  return html`
    <${MoveSheet} positions=${[position]} to=${to} onClose=${onClose} onMoved=${() => onMoved(position)}>
      <div class="move-others">
        <a class="button outline small" href=${`/app/positions/${position.id}`}>${changeWords.open}</a>
        <button type="button" class="outline small" onClick=${() => onArchive(position)}>
          ${position.archived ? changeWords.unarchive : changeWords.archive}
        </button>
        <button type="button" class="outline small" onClick=${() => onDelete(position)}>${changeWords.delete}</button>
      </div>
    </${MoveSheet}>
  `;
}
