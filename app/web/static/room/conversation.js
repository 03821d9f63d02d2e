/** What is said, as it is said, and the box for written answers. */
import { recall, remember } from "../lib/room_access.js";
import { Transcript } from "../lib/transcript.js";
import { html, useEffect, useRef, useSignal } from "../lib/ui.js";

const NEAR_END_PX = 80;

export function Conversation({ visit }) {
  return html`
    <section class="card conversation" aria-labelledby="conversation-title">
      <h2 id="conversation-title">Conversation</h2>
      <${Captions} visit=${visit} />
      <${AnswerBox} visit=${visit} />
    </section>
  `;
}

function Captions({ visit }) {
  const entries = visit.room.entries.value;
  const box = useRef(null);
  // Whoever has scrolled back to read is left in peace. Measured before the new entries are in the page.
  const follows = isAtEnd(box.current);
  useEffect(() => {
    if (follows) box.current.scrollTop = box.current.scrollHeight;
  }, [entries.length]);
  return html`
    <div
      class="captions"
      role="log"
      aria-labelledby="conversation-title"
      aria-live=${visit.settled.value ? "polite" : "off"}
      tabindex="0"
      ref=${box}
    >
      ${entries.length === 0 && html`<p class="muted">What you and the interviewer say appears here.</p>`}
      <${Transcript} entries=${entries} plan=${visit.plan.value} />
    </div>
  `;
}

function isAtEnd(box) {
  return !box || box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END_PX;
}

function AnswerBox({ visit }) {
  const text = useSignal(recall(visit.roomId).draft ?? "");
  const busy = useSignal(false);
  const input = useRef(null);
  // The button that led here is gone; without a word the focus would be at the top of the page. On a phone the box is
  // below the question, which must stay in sight. Whoever speaks needs no box: see the heading.
  useEffect(() => {
    const isIdle = visit.joined.value && document.activeElement === document.body;
    if (isIdle && !visit.speaks) input.current.focus({ preventScroll: true });
  }, []);

  const write = (event) => {
    text.value = event.currentTarget.value;
    remember(visit.roomId, { draft: text.value });
  };
  const send = async () => {
    const answer = text.value.trim();
    if (!answer || busy.value) return;
    busy.value = true;
    if (await visit.answer(answer)) {
      text.value = "";
      remember(visit.roomId, { draft: "" });
    }
    busy.value = false;
  };
  const submit = (event) => {
    event.preventDefault();
    send();
  };
  const pressed = (event) => {
    // While an input method composes, Enter chooses a word.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  };
  const open = visit.room.timer.value !== "ready";
  return html`
    <form class="answer" onSubmit=${submit}>
      <label for="answer">Your answer</label>
      <textarea
        id="answer"
        rows="4"
        maxlength="20000"
        aria-describedby="answer-hint"
        ref=${input}
        value=${text.value}
        onInput=${write}
        onKeyDown=${pressed}
      ></textarea>
      <div class="answer-foot">
        <small id="answer-hint">Enter sends, Shift+Enter begins a new line</small>
        <button type="submit" disabled=${!open} aria-busy=${busy.value}>Send</button>
      </div>
    </form>
  `;
}
