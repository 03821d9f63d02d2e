/** Cards dragged by pointer and by touch, with SortableJS, which only says what was dropped where. */
import { signal, useEffect } from "../../lib/ui.js";

const HOLD_MS = 180;

/** Whether a card is in the air. */
export const isDragging = signal(false);

/** @type {Promise<any> | null} */
let loading = null;

/**
 * Let the cards of a list be dragged, to this list and out of it.
 *
 * @param {{current: HTMLElement | null}} list
 * @param {string} status of the list
 * @param {(id: string, status: string) => void} onDrop
 */
export function useDragging(list, status, onDrop) {
  useEffect(() => {
    let sortable = null;
    let isGone = false;
    void loaded().then((Sortable) => {
      if (!isGone && list.current) sortable = Sortable.create(list.current, options());
    });
    return () => {
      isGone = true;
      sortable?.destroy();
    };
  }, [status]);
  useEffect(() => {
    if (list.current) handlers.set(list.current, onDrop);
  });
}

/** @type {WeakMap<HTMLElement, (id: string, status: string) => void>} what to call, as drawn last */
const handlers = new WeakMap();

function options() {
  /** @type {Node | null} */
  let next = null;
  return {
    group: "board",
    // The order within a column is that of what happened last.
    sort: false,
    draggable: ".board-card",
    filter: ".board-more",
    preventOnFilter: false,
    // The library's own dragging rather than the browser's: the same for pointer and touch, and it scrolls at the edges.
    forceFallback: true,
    fallbackTolerance: 5,
    fallbackOnBody: true,
    // A finger that moves at once scrolls; one that rests takes the card.
    delay: HOLD_MS,
    delayOnTouchOnly: true,
    touchStartThreshold: 6,
    animation: window.matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 150,
    ghostClass: "board-gap",
    fallbackClass: "board-flying",
    onStart: ({ item }) => {
      next = item.nextSibling;
      isDragging.value = true;
      document.documentElement.classList.add("board-dragging");
    },
    onEnd: ({ item, from, to }) => {
      // The elements are Preact's: back to where it left them, and it puts them where they belong.
      from.insertBefore(item, next?.parentNode === from ? next : null);
      document.documentElement.classList.remove("board-dragging");
      isDragging.value = false;
      if (to !== from) handlers.get(from)?.(item.dataset.id, to.dataset.status);
    },
  };
}

function loaded() {
  // It has no exports, but puts itself on the window.
  loading ??= import("../../vendor/sortable-1.15.7.js").then(() => /** @type {any} */ (window).Sortable);
  return loading;
}
