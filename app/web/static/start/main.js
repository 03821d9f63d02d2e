/** The start page: who you are, what to practise, and what you have practised. */
import { user } from "../lib/auth.js";
import { html, render, signal } from "../lib/ui.js";
import { PageHeader } from "../lib/parts.js";
import { PlanChoice } from "./plans.js";
import { SessionList } from "./sessions.js";
import { SessionTranscript } from "./session_transcript.js";
import { Welcome } from "./welcome.js";

const SESSION_ADDRESS = /^#\/sessions\/([0-9a-f-]{36})$/;

// The part of the address after "#", so that going back in the browser goes back here too.
const place = signal(window.location.hash);
window.addEventListener("hashchange", () => {
  place.value = window.location.hash;
});

function StartPage() {
  const sessionId = SESSION_ADDRESS.exec(place.value)?.[1];
  return html`
    <${PageHeader} />
    <main class="container">${user.value ? html`<${Signed} sessionId=${sessionId} />` : html`<${Welcome} />`}</main>
  `;
}

function Signed({ sessionId }) {
  if (sessionId) return html`<${SessionTranscript} key=${sessionId} sessionId=${sessionId} />`;
  return html`<${PlanChoice} /><${SessionList} />`;
}

render(html`<${StartPage} />`, document.getElementById("page"));
