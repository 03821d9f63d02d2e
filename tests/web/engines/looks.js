/** What runs in the pages: each finds an element or null, and is complete in itself, for it is sent there as text. */

/** The element with a name, or whose name begins so, that can be used now. */
export function named(kind, name) {
  const kinds = {
    control: "button, a[href], summary, [role=button], [role^=menuitem]",
    field: "input:not([type=file]), textarea, select",
    file: "input[type=file]",
  };
  const text = (element) => (element.textContent ?? "").replace(/\s+/g, " ").trim();
  const nameOf = (element) => element.getAttribute("aria-label") ?? text(element.labels?.[0] ?? element);
  const isUsable = (element) =>
    (kind === "file" || element.checkVisibility({ visibilityProperty: true })) && !element.matches(":disabled, [aria-disabled=true]");
  // What moves would be missed.
  const isMoving = document.getAnimations().some((one) => one.playState === "running" && one.effect?.getTiming().iterations !== Infinity);
  if (isMoving) return null;
  const place = [...document.querySelectorAll("dialog:modal")].at(-1) ?? document;
  const usable = [...place.querySelectorAll(kinds[kind])].filter(isUsable);
  return usable.find((element) => nameOf(element) === name) ?? usable.find((element) => nameOf(element).startsWith(name)) ?? null;
}

/** The page's body, if it shows these words. */
export function isSeen(words) {
  return document.body.innerText.replace(/\s+/g, " ").includes(words) ? document.body : null;
}

/** The first element of a selector, once the library of the board's dragging is there. */
export function selected(selector) {
  const list = document.querySelector(".board-list");
  const element = document.querySelector(selector);
  // What has just been drawn may have no place yet.
  return list && window.Sortable?.get(list) && element?.getClientRects().length ? element : null;
}
