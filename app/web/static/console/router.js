/** Where in the console the person is: the address, and the ways to change it. */
import { computed, signal } from "../lib/ui.js";

const ROOT = "/app";

/** The address of the page as it is now. */
export const address = signal(window.location.pathname + window.location.search);

/** The path below `/app`, without a slash at its end: "/", "/board", "/positions/1". */
export const path = computed(() => {
  const { pathname } = new URL(address.value, window.location.origin);
  return pathname.slice(ROOT.length).replace(/\/+$/, "") || "/";
});

/** The query of the address. Change it with `setQuery`. */
export const query = computed(() => new URL(address.value, window.location.origin).searchParams);

/** How often the person has come to another page here; 0 on the page that was loaded. */
export const arrivals = signal(0);

/** Note that the page has become another one without another address, as by signing in. */
export function arrive() {
  arrivals.value += 1;
}

/**
 * Go to an address of the console, or out of it.
 *
 * @param {string} to e.g. "/app/board?tag=remote"
 * @param {{replace?: boolean}} [options] `replace` for what "back" should pass over
 */
export function go(to, { replace = false } = {}) {
  const url = new URL(to, window.location.origin);
  if (!isOfConsole(url)) {
    window.location.assign(url);
    return;
  }
  const next = url.pathname + url.search;
  if (next === address.value) return;
  const isOtherPage = url.pathname !== window.location.pathname;
  keepScroll();
  window.history[replace ? "replaceState" : "pushState"]({ scroll: 0 }, "", next);
  address.value = next;
  if (isOtherPage) {
    arrive();
    window.scrollTo(0, 0);
  }
}

/**
 * Change parameters of the address in place: null and "" take one out.
 *
 * @param {Record<string, string | number | null | undefined>} changes
 */
export function setQuery(changes, { replace = true } = {}) {
  const url = new URL(window.location.href);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === undefined || value === "") url.searchParams.delete(name);
    else url.searchParams.set(name, String(value));
  }
  go(url.pathname + url.search, { replace });
}

/** Follow links within the console without loading a page, and the browser's own way back. Call once. */
export function startRouting() {
  document.addEventListener("click", (event) => {
    const link = /** @type {HTMLElement} */ (event.target).closest?.("a[href]");
    if (!(link instanceof HTMLAnchorElement) || !isPlainClick(event) || link.target || link.hasAttribute("download")) return;
    if (!isOfConsole(new URL(link.href)) || link.getAttribute("href")?.startsWith("#")) return;
    event.preventDefault();
    go(link.href);
  });
  window.history.scrollRestoration = "manual";
  window.addEventListener("popstate", (event) => {
    address.value = window.location.pathname + window.location.search;
    arrivals.value += 1;
    // When the page has been drawn, which may take a moment that data needs.
    const top = event.state?.scroll ?? 0;
    requestAnimationFrame(() => window.scrollTo(0, top));
    setTimeout(() => window.scrollTo(0, top), 250);
  });
}

/** Rooms are pages of their own: they hold a call, and are left by leaving them. */
function isOfConsole(url) {
  const isInside = url.pathname === ROOT || url.pathname.startsWith(`${ROOT}/`);
  return url.origin === window.location.origin && isInside && !/^\/app\/(rooms|static)\//.test(url.pathname);
}

function isPlainClick(event) {
  return event.button === 0 && !event.defaultPrevented && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
}

function keepScroll() {
  window.history.replaceState({ scroll: window.scrollY }, "");
}
