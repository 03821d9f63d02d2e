/** The console: one page, in which the address says what is shown. */
import { user } from "../lib/auth.js";
import { focusClicked } from "../lib/clicked_focus.js";
import { PageHeader } from "../lib/parts.js";
import { effect, html, render, signal, useLayoutEffect, useSignal } from "../lib/ui.js";
import { frame, words } from "../words/index.js";
import { forgetOthers } from "./drafts.js";
import { Frame } from "./frame.js";
import { startKeys } from "./keys.js";
import { placeAt } from "./places.js";
import { arrive, go, path, startRouting } from "./router.js";
import { ViewHead } from "./view.js";
import { Welcome } from "./welcome.js";

// Where sessions were read before they had an address of their own.
const EARLIER_ADDRESS = /^#\/sessions\/([0-9a-f-]{36})$/;

// Whoever signs in after somebody else begins afresh: this page may hold words of the one before wherever it likes.
const isChanging = signal(false);
let last = user.value?.id;
effect(() => {
  const id = user.value?.id;
  isChanging.value = Boolean(id && last && id !== last);
  last = id ?? last;
  if (!isChanging.peek()) return;
  forgetOthers();
  window.location.replace("/app/");
});

function Console() {
  if (isChanging.value) return null;
  if (!user.value) {
    return html`<${PageHeader} /><main class="container"><${Welcome} /></main>`;
  }
  const found = placeAt(path.value);
  return html`
    <${Frame} current=${found?.place.name ?? ""}>
      ${found
        ? html`<${Place} key=${`${user.value.id} ${path.value}`} place=${found.place} parameters=${found.parameters} />`
        : html`<${NotFound} />`}
    </${Frame}>
  `;
}

/** @type {Map<object, any>} the views that have been loaded */
const views = new Map();

function Place({ place, parameters }) {
  const hasFailed = useSignal(false);
  const View = useSignal(views.get(place) ?? null);
  const load = async () => {
    hasFailed.value = false;
    try {
      views.set(place, (await place.load()).View);
      View.value = views.get(place);
    } catch {
      // What it was stands in the browser's own log of requests.
      hasFailed.value = true;
    }
  };
  // Its script is there already on the page that was loaded: then nothing is painted before the view.
  useLayoutEffect(() => {
    if (!View.value) void load();
  }, []);
  if (View.value) return html`<${View.value} ...${parameters} />`;
  if (!hasFailed.value) return html`<div aria-busy="true" class="visually-hidden">${words.loading}</div>`;
  return html`
    <${ViewHead} title=${frame.failedToLoad} />
    <button type="button" onClick=${load}>${words.tryAgain}</button>
  `;
}

/** Whoever signs in or out, here or in another tab, has another page before them. */
function arriveWithEachUser() {
  let shown = user.value?.id;
  effect(() => {
    if (user.value?.id === shown) return;
    shown = user.value?.id;
    arrive();
  });
}

function NotFound() {
  return html`
    <${ViewHead} title=${frame.notFound} />
    <p>${frame.notFoundText}</p>
    <p><a class="button" href="/app/">${frame.toToday}</a></p>
  `;
}

const earlier = EARLIER_ADDRESS.exec(window.location.hash);
if (earlier) go(`/app/sessions/${earlier[1]}`, { replace: true });
startRouting();
focusClicked();
startKeys();
arriveWithEachUser();
render(html`<${Console} />`, /** @type {HTMLElement} */ (document.getElementById("page")));
