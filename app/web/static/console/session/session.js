/** One session to read again, with its report if it is over. */
import { roomAddress } from "../../lib/room_access.js";
import { saveTranscript, Transcript } from "../../lib/transcript.js";
import { html } from "../../lib/ui.js";
import { stateName } from "../../lib/words.js";
import { Debrief } from "../../report/debrief.js";
import { reportWords, words } from "../../words/index.js";
import { useResource, useTelling } from "../data.js";
import { When } from "../dates.js";
import { Failed, Skeleton } from "../states.js";
import { ViewHead } from "../view.js";

// Also what the address has that is no session's id.
const UNKNOWN = new Set([403, 404, 422]);

/**
 * Everything that was said in a session, and what it shows.
 *
 * @param {{id: string}} props
 */
export function View({ id }) {
  const path = `/api/v1/sessions/${id}`;
  const session = useResource(path);
  const transcript = useResource(`${path}/transcript`);
  useTelling(session);
  useTelling(transcript);
  const error = /** @type {any} */ (session.error.value ?? transcript.error.value);
  const retry = () => Promise.all([session.reload(), transcript.reload()]);
  const plan = session.data.value;
  const entries = transcript.data.value?.entries;
  const isRead = plan !== undefined && entries !== undefined;
  return html`
    <p class="way-back"><a href="/app/practice">${reportWords.wayBack}</a></p>
    ${error &&
    (UNKNOWN.has(error.status)
      ? html`<${ViewHead} title=${reportWords.notFound} /><p role="alert" class="problem">${reportWords.unknown}</p>`
      : html`<${Failed} error=${error} onRetry=${retry} />`)}
    ${!isRead && !error && html`<div aria-busy="true"><span class="visually-hidden">${words.loading}</span><${Skeleton} lines=${["w30", "w90", "w60"]} /></div>`}
    ${isRead && html`<${Session} id=${id} plan=${plan} entries=${entries} />`}
  `;
}

function Session({ id, plan, entries }) {
  const isOver = Boolean(plan.ended_at);
  const save = () => saveTranscript({ title: plan.title, entries, plan });
  return html`
    <div class=${`session-page reading${isOver ? " with-report" : ""}`}>
      <${ViewHead} title=${plan.title}>
        ${!isOver && html`<a class="button" href=${roomAddress(plan.room_id)}>${reportWords.goBack}</a>`}
        ${entries.length > 0 && html`<button type="button" class="outline" onClick=${save}>${reportWords.saveTranscript}</button>`}
      </${ViewHead}>
      <p class="muted"><${When} at=${plan.created_at} /> · ${stateName(plan.status)} · <${PlanLink} plan=${plan} /></p>
      ${isOver
        ? html`<${Debrief} sessionId=${id} entries=${entries} plan=${plan} />`
        : html`
            ${entries.length === 0 && html`<p class="muted">${reportWords.nothingSaid}</p>`}
            <${Transcript} entries=${entries} plan=${plan} />
          `}
    </div>
  `;
}

/** The way to what was practised for: the position, where there is one, else all that can be practised. */
function PlanLink({ plan }) {
  return plan.position_id
    ? html`<a href=${`/app/positions/${plan.position_id}`}>${reportWords.position}</a>`
    : html`<a href="/app/practice">${reportWords.again}</a>`;
}
