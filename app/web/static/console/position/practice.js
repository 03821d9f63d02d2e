/** The practice sessions for a position, with their reports. */
import { roomAddress } from "../../lib/room_access.js";
import { html } from "../../lib/ui.js";
import { stateName } from "../../lib/words.js";
import { positionWords } from "../../words/index.js";
import { useResource } from "../data.js";
import { When } from "../dates.js";

/** @param {{id: string}} props */
export function Practice({ id }) {
  const sessions = useResource(`/api/v1/sessions?position_id=${id}&per_page=20`).data.value?.sessions;
  return html`
    <section class="panel" aria-labelledby="position-practice-title">
      <h2 id="position-practice-title">${positionWords.practice}</h2>
      ${sessions?.length === 0 && html`<p class="muted position-nothing">${positionWords.noPractice}</p>`}
      <ul class="position-entries">
        ${(sessions ?? []).map((session) => html`<li key=${session.id}><${SessionRow} session=${session} /></li>`)}
      </ul>
    </section>
  `;
}

function SessionRow({ session: { id, title, status, created_at: at, ended_at: endedAt, room_id: roomId } }) {
  const reading = endedAt ? positionWords.report : positionWords.goBackIn;
  return html`
    <div class="position-entry">
      <div class="position-entry-text">
        <p class="position-entry-title">${title}</p>
        <p class="muted position-entry-facts"><${When} at=${at} /> · ${stateName(status)}</p>
      </div>
      <a class="button small outline" href=${endedAt ? `/app/sessions/${id}` : roomAddress(roomId)} aria-label=${`${reading}: ${title}`}>${reading}</a>
    </div>
  `;
}
