/** One session to read again. */
import { callAsUser } from "../lib/auth.js";
import { ArrivalHeading, Problem } from "../lib/parts.js";
import { Transcript } from "../lib/transcript.js";
import { html, useEffect, useSignal } from "../lib/ui.js";
import { dateText } from "../lib/words.js";

/** Everything that was said in a session. */
export function SessionTranscript({ sessionId }) {
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
        problem.value = error.message;
      }
    };
    load();
  }, []);

  return html`
    <p><a href="#">Back to the start</a></p>
    <${Problem} text=${problem.value} />
    ${session.value &&
    html`
      <article class="reading" aria-labelledby="transcript-title">
        <${ArrivalHeading} id="transcript-title">${session.value.title}</${ArrivalHeading}>
        <p class="muted">${dateText(session.value.created_at)}</p>
        ${entries.value.length === 0 && html`<p class="muted">Nothing was said in this session.</p>`}
        <${Transcript} entries=${entries.value} plan=${session.value} />
      </article>
    `}
  `;
}
