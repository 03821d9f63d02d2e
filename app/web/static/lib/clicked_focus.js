/**
 * The focus on what was clicked. On Macs neither Safari nor Firefox gives it to a button, so that what a button opens
 * would not know where to give it back to.
 */

/** Give every clicked button the focus, unless something else has it. */
export function focusClicked() {
  document.addEventListener("click", ({ target }) => {
    const button = target instanceof Element ? /** @type {HTMLElement | null} */ (target.closest("button, summary")) : null;
    if (document.activeElement === document.body) button?.focus({ preventScroll: true });
  }, true);
}
