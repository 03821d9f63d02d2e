/** What opens above the page: a dialog in the middle, on a phone a sheet from below. */
import { html, useId, useLayoutEffect, useRef } from "../lib/ui.js";
import { words } from "../words/index.js";

/**
 * The browser's own dialog: it keeps the focus in, closes with Escape, and gives the focus back to where it was.
 *
 * @param {object} props
 * @param {string} props.title
 * @param {() => void} props.onClose
 * @param {any} props.children
 * @param {boolean} [props.wide]
 */
export function Sheet({ title, onClose, wide = false, children }) {
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  const titleId = useId();
  useLayoutEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => {
      dialog.current?.close();
      // What was in focus may be gone with what was done; the focus must not fall to the body.
      const place = before instanceof HTMLElement && before.isConnected && before !== document.body ? before : document.querySelector("main h1");
      if (place instanceof HTMLElement) place.focus();
    };
  }, []);
  const cancel = (event) => {
    event.preventDefault();
    onClose();
  };
  const outside = (event) => {
    if (event.target === dialog.current) onClose();
  };
  return html`
    <dialog ref=${dialog} class=${`sheet${wide ? " wide" : ""}`} aria-labelledby=${titleId} onCancel=${cancel} onMouseDown=${outside}>
      <article>
        <header>
          <h2 id=${titleId}>${title}</h2>
          <button type="button" class="quiet close" aria-label=${words.close} onClick=${onClose}>×</button>
        </header>
        ${children}
      </article>
    </dialog>
  `;
}
