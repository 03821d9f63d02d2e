/** The frame around every view: the rail or the bar, the top line, news at the foot, and what is open above it all. */
import { isOffline } from "../lib/api.js";
import { signOut, user, userId } from "../lib/auth.js";
import { chooseTheme, theme } from "../lib/theme.js";
import { html, signal, useEffect, useLayoutEffect } from "../lib/ui.js";
import { frame, words } from "../words/index.js";
import { QuickAdd, quickAdd } from "./add/quick_add.js";
import { SearchBox } from "./add/search_box.js";
import { Icon } from "./icons.js";
import { finishDeletions } from "./held_deletion.js";
import { onKeys } from "./keys.js";
import { KeysSheet, keysSheet } from "./keys_sheet.js";
import { Menu } from "./menu.js";
import { Notices, settleNotices } from "./notices.js";
import { bar, placeName, rail } from "./places.js";
import { go } from "./router.js";
import { Untold } from "./states.js";

const FOLDED = "interview-tracker.rail-folded";
const isFolded = signal(stored());

// Who signs in again goes on with what was open; somebody else begins with nothing.
let last = userId.peek();
userId.subscribe((id) => {
  if (!id) return;
  if (id !== last) {
    quickAdd.value = null;
    keysSheet.value = false;
  }
  last = id;
});

/**
 * @param {object} props
 * @param {string} props.current the name of the place
 * @param {any} props.children
 */
export function Frame({ current, children }) {
  useLayoutEffect(() => onKeys(frameKeys()), []);
  useEffect(() => void finishDeletions(), []);
  return html`
    <a class="skip" href="#content" onClick=${skip}>${frame.skip}</a>
    <div class=${`frame${isFolded.value ? " folded" : ""}`}>
      <${Rail} current=${current} />
      <div class="beside">
        <${TopLine} />
        ${isOffline.value && html`<p class="offline" role="status">${frame.offline}</p>`}
        <main id="content" class="view" tabindex="-1"><${Untold} />${children}</main>
      </div>
      <${Bar} current=${current} />
    </div>
    <${Notices} />
    ${quickAdd.value && html`<${QuickAdd} />`}
    ${keysSheet.value && html`<${KeysSheet} />`}
  `;
}

function Rail({ current }) {
  const name = isFolded.value ? frame.unfold : frame.fold;
  return html`
    <nav class="rail" aria-label=${frame.navigation}>
      <a class="brand" href="/app/">${isFolded.value ? words.productShort : words.product}</a>
      <ul>
        ${rail.map((place) => html`<${PlaceLink} key=${place.name} place=${place} current=${current} />`)}
      </ul>
      <button type="button" class="quiet fold" aria-label=${name} aria-expanded=${String(!isFolded.value)} onClick=${fold}>
        <${Icon} name=${isFolded.value ? "unfold" : "fold"} />
      </button>
    </nav>
  `;
}

function Bar({ current }) {
  return html`
    <nav class="bottom-bar" aria-label=${frame.navigation}>
      <ul>
        ${bar.map((place) => html`<${PlaceLink} key=${place.name} place=${place} current=${current} />`)}
      </ul>
    </nav>
  `;
}

function PlaceLink({ place: { name, path }, current }) {
  return html`
    <li>
      <a href=${path} aria-current=${name === current ? "page" : undefined} title=${placeName(name)}>
        <${Icon} name=${name} /><span>${placeName(name)}</span>
        ${name === "more" && html`<span class="visually-hidden">${frame.morePlaces}</span>`}
      </a>
    </li>
  `;
}

function TopLine() {
  return html`
    <header class="top">
      <${SearchBox} />
      <button type="button" class="add" onClick=${() => (quickAdd.value = {})}>
        <${Icon} name="add" /><span>${frame.add}</span>
      </button>
      <${AccountMenu} />
    </header>
  `;
}

/** The way to the settings and out. On a phone the same stands under "More". */
function AccountMenu() {
  const name = user.value.first_name || user.value.username || user.value.email;
  const themes = Object.entries(frame.themes).map(([kind, label]) => ({
    label: `${frame.theme}: ${label}`,
    isOn: theme.value === kind,
    onChoose: () => chooseTheme(/** @type {any} */ (kind)),
  }));
  return html`
    <${Menu}
      label=${html`<span class="initials">${initials(name)}</span><span class="visually-hidden">, ${frame.account}: ${name}</span>`}
      class="account-button"
      items=${[
        { label: frame.places.settings, onChoose: () => go("/app/settings") },
        { label: frame.places.import, onChoose: () => go("/app/import") },
        ...themes,
        { label: frame.keys, onChoose: () => (keysSheet.value = true) },
        { label: frame.signOut, onChoose: leave },
      ]}
    />
  `;
}

/** End the login, with everything of it that this tab keeps. What waits to be deleted is deleted first. */
export async function leave() {
  await settleNotices();
  try {
    // What was typed here, and the rooms that this tab may enter, are the user's.
    sessionStorage.clear();
  } catch {
    // Nothing was kept.
  }
  await signOut();
  go("/app/");
}

function frameKeys() {
  const keys = {
    "/": () => /** @type {HTMLElement | null} */ (document.querySelector(".top input"))?.focus(),
    n: () => (quickAdd.value = {}),
    "?": () => (keysSheet.value = true),
  };
  for (const { key, path } of rail) keys[`g ${key}`] = () => go(path);
  return keys;
}

function skip(event) {
  event.preventDefault();
  document.getElementById("content")?.focus();
}

function fold() {
  isFolded.value = !isFolded.value;
  try {
    localStorage.setItem(FOLDED, String(isFolded.value));
  } catch {
    // It holds until the page is left.
  }
}

function stored() {
  try {
    return localStorage.getItem(FOLDED) === "true";
  } catch {
    return false;
  }
}

function initials(name) {
  const parts = name.split(/[\s@._-]+/u).filter(Boolean);
  const letters = parts.length > 1 && !name.includes("@") ? [parts[0], parts.at(-1)].map((part) => [...part][0]) : [...name].slice(0, 2);
  return letters.join("").toUpperCase();
}
