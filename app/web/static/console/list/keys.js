/** The list by keys: j and k go through the rows, m moves and e archives the one that has the focus. */
import { html, useEffect, useLayoutEffect, useRef, useSignal } from "../../lib/ui.js";
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
  useLayoutEffect(() => {
    const withRow = (act) => () => {
      const position = positions.find(({ id }) => id === rowInFocus()?.dataset.id);
      return position ? act(position) : false;
    };
    const putAway = (position) => void archive([position], !position.archived);
    const step = (by) => {
      const rows = allRows();
      const at = rows.findIndex((row) => row === rowInFocus());
      focus(rows[at < 0 ? 0 : at + by]);
    };
    return onKeys({ j: () => step(1), k: () => step(-1), m: withRow((position) => void (moving.value = position)), e: withRow(putAway) });
  }, [positions]);
  useFocusKept();
  const sheet = moving.value && html`<${MoveSheet} positions=${[moving.value]} onClose=${() => (moving.value = null)} />`;
  return { sheet };
}

/** A row that moves or goes away loses the focus: give it back to the row, or to the one that stands there now. */
function useFocusKept() {
  const last = useRef({ id: "", at: -1 });
  useEffect(() => {
    const remember = () => {
      const row = rowInFocus();
      last.current = { id: row?.dataset.id ?? "", at: row ? allRows().indexOf(row) : -1 };
    };
    const forget = () => (last.current = { id: "", at: -1 });
    document.addEventListener("focusin", remember);
    // Whoever clicks beside the rows has left them.
    document.addEventListener("pointerdown", forget);
    return () => {
      document.removeEventListener("focusin", remember);
      document.removeEventListener("pointerdown", forget);
    };
  }, []);
  useLayoutEffect(() => {
    const { id, at } = last.current;
    if (!id || document.activeElement !== document.body) return;
    const rows = allRows();
    focus(rows.find((row) => row.dataset.id === id) ?? rows[Math.min(at, rows.length - 1)]);
  });
}

/** @returns {HTMLElement[]} */
const allRows = () => /** @type {HTMLElement[]} */ ([...document.querySelectorAll(".list-row")]);

const rowInFocus = () => /** @type {HTMLElement | null | undefined} */ (document.activeElement?.closest(".list-row"));

function focus(row) {
  const place = /** @type {HTMLElement | null} */ (row?.querySelector("a") ?? document.querySelector("main h1"));
  if (row || document.activeElement === document.body) place?.focus();
}
