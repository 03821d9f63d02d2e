/** What is said, as it is said, and the box for written answers. */
import { InterimText, Transcript } from "../lib/transcript.js";
import { html, useEffect, useRef } from "../lib/ui.js";
import { roomWords } from "../words/index.js";
import { AnswerBox } from "./answer_box.js";

const NEAR_END_PX = 80;

export function Conversation({ visit }) {
  return html`
    <section class="card conversation" aria-labelledby="conversation-title">
      <h2 id="conversation-title">${roomWords.conversation}</h2>
      <${Captions} visit=${visit} />
      <${AnswerBox} visit=${visit} />
    </section>
  `;
}

function Captions({ visit }) {
  const entries = visit.room.entries.value;
  const interim = visit.room.interim.value;
  // Once the timer runs, the first words are on their way, and after a reload the earlier ones.
  const isWaiting = entries.length === 0 && visit.room.timer.value === "ready";
  const box = useRef(null);
  // Whoever has scrolled back to read is left in peace. Measured before the new entries are in the page.
  const follows = isAtEnd(box.current);
  useEffect(() => {
    if (follows) box.current.scrollTop = box.current.scrollHeight;
  }, [entries.length, interim?.text]);
  return html`
    <div
      class="captions"
      role="log"
      aria-labelledby="conversation-title"
      aria-live=${visit.settled.value ? "polite" : "off"}
      tabindex="0"
      ref=${box}
    >
      ${isWaiting && html`<p class="muted">${roomWords.conversationText}</p>`}
      <${Transcript} entries=${entries} plan=${visit.plan.value} />
      ${interim && html`<${InterimText} text=${interim.text} />`}
    </div>
  `;
}

function isAtEnd(box) {
  return !box || box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END_PX;
}
