/** A button with a menu of things to do, worked by pointer, touch and arrow keys. */
import { html, useId, useLayoutEffect, useRef, useSignal } from "../lib/ui.js";

/**
 * @typedef {{label: string, onChoose: () => unknown, isOn?: boolean, isDisabled?: boolean}} MenuItem
 */

/**
 * @param {object} props
 * @param {any} props.label what the button says
 * @param {string} [props.name] what it is called where the label is not enough by itself
 * @param {MenuItem[]} props.items
 * @param {string} [props.class]
 * @param {import("../vendor/preact-signals-2.11.4.js").Signal<boolean>} [props.open] to open it from outside
 */
export function Menu({ label, name, items, class: className = "quiet", open }) {
  const own = useSignal(false);
  const isOpen = open ?? own;
  const id = useId();
  const place = useRef(/** @type {HTMLElement | null} */ (null));
  const button = useRef(/** @type {HTMLButtonElement | null} */ (null));

  const close = (giveFocusBack = true) => {
    isOpen.value = false;
    if (giveFocusBack) button.current?.focus();
  };
  useLayoutEffect(() => {
    if (!isOpen.value) return undefined;
    const items = itemsIn(place.current);
    // Among states to choose from, the way begins at the one that holds.
    const current = items[0]?.role === "menuitemradio" ? items.find((item) => item.ariaChecked === "true") : undefined;
    (current ?? items[0])?.focus();
    const outside = (event) => {
      if (!place.current?.contains(event.target)) close(false);
    };
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, [isOpen.value]);

  const move = (event) => {
    const all = itemsIn(place.current);
    const at = all.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const target = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (event.key === "Escape" || event.key === "Tab") {
      if (event.key === "Escape") event.preventDefault();
      event.stopPropagation();
      close(event.key === "Escape");
    } else if (target !== undefined) {
      event.preventDefault();
      focusItem(place.current, (target + all.length) % all.length);
    } else if (event.key.length === 1 && event.key !== " ") {
      const next = [...all.slice(at + 1), ...all].find((item) => item.textContent?.trim().toLowerCase().startsWith(event.key.toLowerCase()));
      next?.focus();
    }
  };
  const choose = (item) => {
    close();
    item.onChoose();
  };
  return html`
    <div class="menu" ref=${place}>
      <button
        type="button"
        ref=${button}
        class=${className}
        aria-haspopup="menu"
        aria-expanded=${isOpen.value ? "true" : "false"}
        aria-controls=${id}
        aria-label=${name}
        onClick=${() => (isOpen.value = !isOpen.value)}
      >
        ${label}
      </button>
      ${isOpen.value &&
      html`<ul role="menu" id=${id} onKeyDown=${move}>
        ${items.map(
          (item) => html`<li role="none" key=${item.label}>
            <button
              type="button"
              role=${item.isOn === undefined ? "menuitem" : "menuitemradio"}
              aria-checked=${item.isOn === undefined ? undefined : String(item.isOn)}
              tabindex="-1"
              disabled=${item.isDisabled}
              onClick=${() => choose(item)}
            >
              ${item.label}
            </button>
          </li>`,
        )}
      </ul>`}
    </div>
  `;
}

function itemsIn(place) {
  return /** @type {HTMLElement[]} */ ([...(place?.querySelectorAll("[role^=menuitem]:not(:disabled)") ?? [])]);
}

function focusItem(place, at) {
  itemsIn(place)[at]?.focus();
}
