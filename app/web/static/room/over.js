/** After the interview: what was said, to read and to keep. */
import { user } from "../lib/auth.js";
import { ArrivalHeading } from "../lib/parts.js";
import { Transcript } from "../lib/transcript.js";
import { html } from "../lib/ui.js";
import { minutesText, speakerName } from "../lib/words.js";

export function Over({ visit }) {
  const { completion, entries } = visit.room;
  const how = completion.value?.reason === "ended" ? "You ended it" : "It ran to its end";
  const lasted = completion.value && `${how} after ${minutesText(completion.value.minutes)}.`;
  return html`
    <article class="reading">
      <${ArrivalHeading}>The interview is over</${ArrivalHeading}>
      <p>${lasted} ${user.value ? "You find it among your sessions." : "Save the transcript if you want to keep it."}</p>
      <div class="actions">
        <a role="button" href="/app/">Back to the start</a>
        ${entries.value.length > 0 &&
        html`<button type="button" class="outline" onClick=${() => save(entries.value)}>Save the transcript</button>`}
      </div>
      <h2>Transcript</h2>
      ${entries.value.length === 0 && html`<p class="muted">Nothing was said.</p>`}
      <${Transcript} entries=${entries.value} plan=${visit.plan.value} />
    </article>
  `;
}

/** Hand the browser a text file. Made here, because a guest's session has no other place to fetch it from. */
function save(entries) {
  const text = entries.map((entry) => `${speakerName(entry.speaker)}: ${entry.text}\n`).join("\n");
  const address = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = "interview.txt";
  link.click();
  URL.revokeObjectURL(address);
}
