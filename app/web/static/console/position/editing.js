/** Something that is edited where it stands: how it opens and closes, and where the focus goes. */
import { useLayoutEffect, useRef, useSignal } from "../../lib/ui.js";

/**
 * Put `place` on the element around what is edited. Open, the focus is in its first field; closed, on what opened it.
 *
 * @param {() => void} [onPutBack] when it is given up
 */
export function useEditing(onPutBack) {
  const isOpen = useSignal(false);
  const wasOpen = useRef(false);
  const place = useRef(/** @type {HTMLElement | null} */ (null));
  useLayoutEffect(() => {
    const target = isOpen.value ? "input:not([type=hidden]), textarea, select" : wasOpen.current && "[data-opens], .menu > button";
    if (target) /** @type {HTMLElement | null} */ (place.current?.querySelector(target))?.focus();
    wasOpen.current = isOpen.value;
  }, [isOpen.value]);
  const close = () => (isOpen.value = false);
  const putBack = () => {
    onPutBack?.();
    close();
  };
  return {
    isOpen,
    place,
    open: () => (isOpen.value = true),
    close,
    putBack,
    /** Escape gives up, but not what an input method is composing. */
    onKeyDown: (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "Escape" || event.isComposing || event.defaultPrevented || !isOpen.value) return;
      event.preventDefault();
      event.stopPropagation();
      putBack();
    },
  };
}

/** Lead the focus to the heading of a part of the page when what had it is gone. */
export function focusHeading(/** @type {string} */ id) {
  document.getElementById(id)?.focus();
}
