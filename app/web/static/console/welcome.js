/** What a stranger sees: what this is, a demo, and the way in. */
import { Problem } from "../lib/parts.js";
import { openRoom } from "../lib/room_access.js";
import { html, useSignal } from "../lib/ui.js";
import { AccountForms } from "./account_forms.js";

const DEMO = "two-minute-demo";
const guestsAllowed = /** @type {HTMLMetaElement} */ (document.querySelector('meta[name="guests"]')).content === "allowed";

/** The page of somebody who is not signed in. */
export function Welcome() {
  return html`
    <div class="welcome">
      <section class="hero" aria-labelledby="hero-title">
        <h1 id="hero-title">Practise the interview before it counts</h1>
        <p>
          A timed interview with an interviewer who asks, listens and follows up. Speak, or write your answers. The
          transcript is yours to read again, or to delete.
        </p>
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
      Try the two-minute demo without an account
    </button>
    <${Problem} text=${problem.value} />
  `;
}
