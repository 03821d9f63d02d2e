/** One session to read again, with its report if it is over. */
import { callAsUser } from "../../lib/auth.js";
import { ArrivalHeading, Problem } from "../../lib/parts.js";
import { saveTranscript, Transcript } from "../../lib/transcript.js";
import { Debrief } from "../../report/debrief.js";
import { html, useEffect, useSignal } from "../../lib/ui.js";
import { dateText } from "../../lib/words.js";

// Also what the address has that is no session's id.
const UNKNOWN = new Set([403, 404, 422]);

/** Everything that was said in a session. */
export function View({ id: sessionId }) {
  const session = useSignal(null);
  const entries = useSignal([]);
  const problem = useSignal("");

  useEffect(() => {
    const load = async () => {
      const path = `/api/v1/sessions/${sessionId}`;
      try {
        const [found, transcript] = await Promise.all([
          callAsUser("GET", path),
          callAsUser("GET", `${path}/transcript`),
        ]);
        entries.value = transcript.entries;
        session.value = found;
      } catch (error) {
        problem.value = UNKNOWN.has(error.status) ? "This session does not exist, or it is not yours." : error.message;
      }
    };
    load();
  }, []);

  const save = () => saveTranscript({ title: session.value.title, entries: entries.value, plan: session.value });
  const isOver = Boolean(session.value?.ended_at);
  return html`
    <p class="way-back"><a href="/app/practice">Back to practice</a></p>
    <${Problem} text=${problem.value} />
    ${session.value &&
    html`
      <article class=${`reading${isOver ? " with-report" : ""}`} aria-labelledby="transcript-title">
        <${ArrivalHeading} id="transcript-title">${session.value.title}</${ArrivalHeading}>
        <p class="muted">${dateText(session.value.created_at)}</p>
        ${entries.value.length === 0
          ? !isOver && html`<p class="muted">Nothing was said in this session.</p>`
          : html`<div class="actions">
              <button type="button" class="outline" onClick=${save}>Save the transcript</button>
            </div>`}
        ${isOver
          ? html`<${Debrief} sessionId=${sessionId} entries=${entries.value} plan=${session.value} />`
          : html`<${Transcript} entries=${entries.value} plan=${session.value} />`}
      </article>
    `}
  `;
}
