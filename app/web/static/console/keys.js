/**
 * Keys that do something wherever the person is, except while they type.
 *
 * A key is written as "n", "?", "Escape", "mod+z" (Ctrl, or Command on a Mac) or "g b" for one after the other.
 */
const SECOND_MS = 1_200;
// What is held down may walk on and on, but not archive one card after the other.
const WALKING = /^(?:[hjkl]|Arrow.*)$/;

/** @type {Array<Record<string, (event: KeyboardEvent) => unknown>>} */
const layers = [];
let first = { key: "", at: 0 };

/**
 * Let keys do something until the returned function is called. What was said last goes first.
 *
 * @param {Record<string, (event: KeyboardEvent) => unknown>} bindings
 * @returns {() => void}
 */
export function onKeys(bindings) {
  layers.push(bindings);
  return () => {
    const at = layers.indexOf(bindings);
    if (at >= 0) layers.splice(at, 1);
  };
}

/** Listen. Call once. */
export function startKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.altKey || isField(event.target)) return;
    // What is open above the page has the keys to itself.
    if (document.querySelector("dialog[open]")) return;
    const name = nameOf(event);
    if (event.repeat && !WALKING.test(name)) return;
    const both = Date.now() - first.at < SECOND_MS ? `${first.key} ${name}` : "";
    first = { key: name, at: Date.now() };
    const action = findAction(both) ?? findAction(name);
    if (!action) return;
    if (action(event) === false) return;
    event.preventDefault();
    first = { key: "", at: 0 };
  });
}

function findAction(name) {
  return name ? layers.findLast((layer) => layer[name])?.[name] : undefined;
}

function nameOf(event) {
  if (!event.ctrlKey && !event.metaKey) return event.key;
  // Ctrl+Shift+Z does again what Ctrl+Z has taken back, and so must not be taken for it.
  return `mod+${event.shiftKey ? "shift+" : ""}${event.key.toLowerCase()}`;
}

/** Say whether an element is one that people type into. */
export function isField(/** @type {EventTarget | null} */ target) {
  if (!(target instanceof HTMLElement)) return false;
  const isChoice = target instanceof HTMLInputElement && ["checkbox", "radio", "button", "submit", "file"].includes(target.type);
  return target.isContentEditable || (!isChoice && ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName));
}
