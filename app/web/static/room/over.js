/** After the interview: what was said, to read and to keep. */
import { user } from "../lib/auth.js";
import { ArrivalHeading } from "../lib/parts.js";
import { saveTranscript, Transcript } from "../lib/transcript.js";
import { html } from "../lib/ui.js";
import { minutesText } from "../lib/words.js";

export function Over({ visit }) {
  const { completion, entries } = visit.room;
  const how = completion.value?.reason === "ended" ? "You ended it" : "It ran to its end";
  const lasted = completion.value && `${how} after ${minutesText(completion.value.minutes)}.`;
  const save = () => saveTranscript({ title: visit.title, entries: entries.value, plan: visit.plan.value });
  return html`
    <article class="reading">
      <${ArrivalHeading}>The interview is over</${ArrivalHeading}>
      <p>${lasted} ${user.value ? "You find it among your sessions." : "Save the transcript if you want to keep it."}</p>
      <div class="actions">
        <a class="button" href="/app/">Back to the start</a>
        ${entries.value.length > 0 &&
        html`<button type="button" class="outline" onClick=${save}>Save the transcript</button>`}
      </div>
      <h2>Transcript</h2>
      ${entries.value.length === 0 && html`<p class="muted">Nothing was said.</p>`}
      <${Transcript} entries=${entries.value} plan=${visit.plan.value} />
    </article>
  `;
}
