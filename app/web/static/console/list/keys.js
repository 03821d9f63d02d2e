/** The list by keys: j and k go through the rows, m moves and e archives the one that has the focus. */
import { html, useEffect, useLayoutEffect, useSignal } from "../../lib/ui.js";
import { archive } from "../changes/change_positions.js";
import { MoveSheet } from "../changes/move_sheet.js";
import { onKeys } from "../keys.js";

/**
 * Let keys work on the rows; `sheet` is what "m" has opened.
 *
 * @param {any[]} positions
 */
export function useListKeys(positions) {
  const moving = useSignal(/** @type {any} */ (null));
  // How far down the focus was when its row went away.
  const lost = useSignal(-1);
  useEffect(() => {
    const withRow = (act) => () => {
      const position = positions.find(({ id }) => id === rowInFocus()?.dataset.id);
      return position ? act(position) : false;
    };
    const putAway = (position) => {
      lost.value = positions.indexOf(position);
      void archive([position], !position.archived);
    };
    const step = (by) => {
      const rows = allRows();
      const at = rows.findIndex((row) => row === rowInFocus());
      focus(rows[at < 0 ? 0 : at + by]);
    };
    return onKeys({ j: () => step(1), k: () => step(-1), m: withRow((position) => void (moving.value = position)), e: withRow(putAway) });
  }, [positions]);
  useLayoutEffect(() => {
    if (lost.value < 0 || document.activeElement !== document.body) return;
    const rows = allRows();
    focus(rows[Math.min(lost.value, rows.length - 1)]);
    lost.value = -1;
  });
  const sheet = moving.value && html`<${MoveSheet} positions=${[moving.value]} onClose=${() => (moving.value = null)} />`;
  return { sheet };
}

/** @returns {HTMLElement[]} */
const allRows = () => /** @type {HTMLElement[]} */ ([...document.querySelectorAll(".list-row")]);

const rowInFocus = () => /** @type {HTMLElement | null | undefined} */ (document.activeElement?.closest(".list-row"));

function focus(row) {
  const place = /** @type {HTMLElement | null} */ (row?.querySelector("a") ?? document.querySelector("main h1"));
  if (row || document.activeElement === document.body) place?.focus();
}
