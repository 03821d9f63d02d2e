/** What an empty account shows: three ways to begin. */
import { openRoom } from "../../lib/room_access.js";
import { html, useSignal } from "../../lib/ui.js";
import { todayWords as words } from "../../words/index.js";
import { quickAdd } from "../add/quick_add.js";
import { sayFailed } from "../notices.js";

const DEMO = "two-minute-demo";

/** The doors. */
export function Doors() {
  const isOpening = useSignal(false);
  const practise = async () => {
    isOpening.value = true;
    try {
      window.location.assign(await openRoom(DEMO));
    } catch (error) {
      sayFailed(error);
      isOpening.value = false;
    }
  };
  const { add, import: bring, practice } = words.doors;
  return html`
    <p>${words.emptyIntro}</p>
    <ul class="cards today-doors">
      <${Door} ...${add}><button type="button" onClick=${() => (quickAdd.value = {})}>${add.button}</button></${Door}>
      <${Door} ...${bring}><a class="button" href="/app/import">${bring.button}</a></${Door}>
      <${Door} ...${practice}>
        <button type="button" aria-busy=${isOpening.value ? "true" : "false"} disabled=${isOpening.value} onClick=${practise}>
          ${practice.button}
        </button>
      </${Door}>
    </ul>
  `;
}

function Door({ title, text, children }) {
  return html`
    <li>
      <section class="card" aria-label=${title}>
        <h2>${title}</h2>
        <p>${text}</p>
        ${children}
      </section>
    </li>
  `;
}
