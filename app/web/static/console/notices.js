/** Short news at the foot of the page: what was done, with the way back for eight seconds, and what failed. */
import { userId } from "../lib/auth.js";
import { html, signal, useLayoutEffect } from "../lib/ui.js";
import { words } from "../words/index.js";
import { onKeys } from "./keys.js";

const SHOWN_MS = 8_000;

/** @type {import("../vendor/preact-signals-2.11.4.js").Signal<{text: string, isBad: boolean, undo?: () => unknown, onGone?: () => unknown} | null>} */
const notice = signal(null);
let timer = 0;
// A pointer or the focus on a notice keeps it: whoever reads slowly, or moves slowly, gets to it.
let isHeld = false;

// Whoever signs in next reads nothing of the one before, and takes nothing of theirs back.
userId.subscribe(() => {
  isHeld = false;
  notice.value = null;
});

/**
 * Say what was done, and offer to take it back.
 *
 * @param {string} text
 * @param {() => unknown} [undo]
 * @param {() => unknown} [onGone] called once it can no longer be taken back
 */
export function say(text, undo, onGone) {
  show({ text, isBad: false, undo, onGone });
}

/**
 * Say what failed, in the API's words.
 *
 * @param {{message: string}} error
 */
export function sayFailed(error, before = "") {
  show({ text: before ? `${before} ${error.message}` : error.message, isBad: true });
}

/** Take away what is shown, and wait until what it stood for is done. */
export async function settleNotices() {
  clearTimeout(timer);
  const settled = settle();
  notice.value = null;
  await settled;
}

/** Where notices appear. Once, in the frame. */
export function Notices() {
  useLayoutEffect(() => onKeys({ "mod+z": () => takeBack() }), []);
  const shown = notice.value;
  return html`
    <div class="notices" onPointerEnter=${hold} onPointerLeave=${release} onFocusIn=${hold} onFocusOut=${release}>
      <div role="status" class=${shown && !shown.isBad ? "notice" : "nothing"}>${shown && !shown.isBad && shown.text}</div>
      <div role="alert" class=${shown?.isBad ? "notice bad" : "nothing"}>${shown?.isBad && shown.text}</div>
      ${shown?.undo && html`<button type="button" class="small" onClick=${takeBack}>${words.undo}</button>`}
      ${shown && html`<button type="button" class="quiet" aria-label=${words.dismiss} onClick=${dismiss}>×</button>`}
    </div>
  `;
}

function show(next) {
  settle();
  notice.value = next;
  restart();
}

async function takeBack() {
  const undo = notice.value?.undo;
  if (!undo) return false;
  notice.value = { ...notice.value, onGone: undefined };
  dismiss();
  try {
    await undo();
    say(words.undone);
  } catch (error) {
    sayFailed(/** @type {Error} */ (error));
  }
  return true;
}

function dismiss() {
  clearTimeout(timer);
  isHeld = false;
  settle();
  // What was pressed goes with the notice; the focus must not fall to the body.
  const hadFocus = document.querySelector(".notices")?.contains(document.activeElement);
  notice.value = null;
  if (hadFocus) /** @type {HTMLElement | null} */ (document.querySelector("main h1"))?.focus();
}

function settle() {
  const gone = notice.value?.onGone;
  if (notice.value) notice.value = { ...notice.value, onGone: undefined };
  return gone?.();
}

function hold() {
  isHeld = true;
  clearTimeout(timer);
}

function release() {
  isHeld = false;
  restart();
}

function restart() {
  clearTimeout(timer);
  if (!isHeld && notice.value) timer = setTimeout(dismiss, SHOWN_MS);
}
