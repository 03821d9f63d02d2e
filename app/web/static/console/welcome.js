/** What a stranger sees: what this is, a demo, and the way in. */
import { Problem } from "../lib/parts.js";
import { openRoom } from "../lib/room_access.js";
import { html, useLayoutEffect, useRef, useSignal } from "../lib/ui.js";
import { welcomeWords as words } from "../words/index.js";
import { AccountForms } from "./account_forms.js";
import { arrivals } from "./router.js";

const DEMO = "two-minute-demo";
const guestsAllowed = /** @type {HTMLMetaElement} */ (document.querySelector('meta[name="guests"]')).content === "allowed";

/** The page of somebody who is not signed in. */
export function Welcome() {
  const heading = useRef(/** @type {HTMLElement | null} */ (null));
  useLayoutEffect(() => {
    if (arrivals.value > 0) heading.current?.focus({ preventScroll: true });
  }, []);
  return html`
    <div class="welcome">
      <section class="hero" aria-labelledby="hero-title">
        <h1 id="hero-title" tabindex="-1" ref=${heading}>${words.title}</h1>
        <p>${words.text}</p>
        <ul>
          ${words.points.map((point) => html`<li key=${point}>${point}</li>`)}
        </ul>
        ${guestsAllowed && html`<${Demo} />`}
      </section>
      <${AccountForms} />
    </div>
  `;
}

function Demo() {
  const problem = useSignal("");
  const busy = useSignal(false);
  const start = async () => {
    busy.value = true;
    problem.value = "";
    try {
      window.location.assign(await openRoom(DEMO, { asGuest: true }));
    } catch (error) {
      problem.value = error.message;
      busy.value = false;
    }
  };
  return html`
    <button type="button" class="big" aria-busy=${busy} disabled=${busy} onClick=${start}>
      ${words.demo}
    </button>
    <${Problem} text=${problem.value} />
  `;
}
