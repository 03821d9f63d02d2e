/** The page of a practice room. */
import { isPassing } from "../lib/api.js";
import { focusClicked } from "../lib/clicked_focus.js";
import { ArrivalHeading, PageHeader } from "../lib/parts.js";
import { html, render } from "../lib/ui.js";
import { roomWords, words } from "../words/index.js";
import { Interview } from "./interview.js";
import { Lobby } from "./lobby.js";
import { Over } from "./over.js";
import { Visit } from "./visit.js";

const ROOM_ADDRESS = /^\/app\/rooms\/([A-Za-z0-9_-]{1,64})\/?$/;

function RoomPage({ visit }) {
  return html`
    <${PageHeader} />
    <main class="container">${content(visit)}</main>
  `;
}

function content(visit) {
  if (visit.stage.value === "refused") return html`<${Refused} error=${visit.refusal.value} />`;
  if (visit.stage.value === "entering") return html`<p aria-busy="true">${roomWords.opening}</p>`;
  const timer = visit.room.timer.value;
  if (timer === "completed") return html`<${Over} visit=${visit} />`;
  if (timer === "ready" && !visit.joined.value) return html`<${Lobby} visit=${visit} />`;
  return html`<${Interview} visit=${visit} />`;
}

function Refused({ error }) {
  return html`
    <${ArrivalHeading}>${isPassing(error.status) ? roomWords.notOpenNow : roomWords.notOpen}</${ArrivalHeading}>
    <p role="alert">${roomWords.refusals[error.status] ?? error.message}</p>
    <div class="actions">
      <a class="button" href="/app/">${roomWords.toStartPage}</a>
      ${isPassing(error.status) &&
      html`<button type="button" class="outline" onClick=${() => window.location.reload()}>${words.tryAgain}</button>`}
    </div>
  `;
}

const roomId = ROOM_ADDRESS.exec(window.location.pathname)?.[1];
const visit = new Visit(roomId ?? "");
if (roomId) {
  visit.begin();
} else {
  visit.refusal.value = { status: 404 };
  visit.stage.value = "refused";
}
focusClicked();
window.addEventListener("pageshow", (event) => {
  // Out of the browser's cache of pages, with a call that was hung up and a log that has gone on: nothing of it holds.
  if (event.persisted) window.location.reload();
});
render(html`<${RoomPage} visit=${visit} />`, document.getElementById("page"));
