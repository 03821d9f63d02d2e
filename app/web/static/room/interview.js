/** The interview under way. */
import { html, useLayoutEffect, useRef } from "../lib/ui.js";
import { roomWords } from "../words/index.js";
import { Controls } from "./controls.js";
import { Conversation } from "./conversation.js";
import { PhaseStrip } from "./phase_strip.js";
import { Problems, QuestionPane } from "./question_pane.js";
import { TimerPanel } from "./timer_panel.js";
import { VoicePanel } from "./voice_panel.js";

/**
 * The question above all, then problem, timer and controls on one side, what is said on the other. The controls come
 * after the answer box: whoever has sent an answer goes on to them, and on a phone they stand below it.
 */
export function Interview({ visit }) {
  const { room } = visit;
  const heading = useRef(null);
  // The answer box takes the focus of whoever writes.
  useLayoutEffect(() => {
    const isIdle = visit.joined.value && document.activeElement === document.body;
    if (isIdle && visit.speaks) heading.current.focus({ preventScroll: true });
  }, []);
  return html`
    <div class="interview">
      <div class="interview-head">
        <h1 tabindex="-1" ref=${heading}>${visit.title}</h1>
        <${ConnectionState} visit=${visit} />
      </div>
      <${PhaseStrip} room=${room} plan=${visit.plan.value} settled=${visit.settled.value} />
      <${QuestionPane} room=${room} />
      <div class="columns">
        <div class="stage">
          <${Problems} room=${room} />
          <${TimerPanel} room=${room} />
          <${VoicePanel} visit=${visit} />
        </div>
        <${Conversation} visit=${visit} />
        <${Controls} visit=${visit} />
      </div>
    </div>
  `;
}

function ConnectionState({ visit }) {
  const state = visit.connection.value;
  return html`<p role="status" class=${`connection ${state}`}>${roomWords.connection[state]}</p>`;
}
