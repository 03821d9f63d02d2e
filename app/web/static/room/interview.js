/** The interview under way. */
import { html, useEffect, useRef } from "../lib/ui.js";
import { phaseName } from "../lib/words.js";
import { Controls } from "./controls.js";
import { Conversation } from "./conversation.js";
import { PhaseStrip } from "./phase_strip.js";
import { TimerPanel } from "./timer_panel.js";
import { VoicePanel } from "./voice_panel.js";

/** Question, timer and controls on one side, what is said on the other. */
export function Interview({ visit }) {
  const { room } = visit;
  const heading = useRef(null);
  // The answer box takes the focus of whoever writes.
  useEffect(() => {
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
      <div class="columns">
        <div class="stage">
          <${QuestionPane} room=${room} />
          <${TimerPanel} room=${room} />
          <${Controls} visit=${visit} />
          <${VoicePanel} visit=${visit} />
        </div>
        <${Conversation} visit=${visit} />
      </div>
    </div>
  `;
}

function ConnectionState({ visit }) {
  const state = visit.connection.value;
  const words = { connecting: "Connecting…", live: "Connected", lost: "Connection lost, trying again…" };
  return html`<p role="status" class=${`connection ${state}`}>${words[state]}</p>`;
}

/** What is asked. What the interviewer is told to do about it is not the candidate's to see. */
function QuestionPane({ room }) {
  const question = room.question.value;
  const here = room.problems.value.filter((problem) => problem.sequence === room.sequence.value);
  const earlier = room.problems.value.filter((problem) => problem.sequence !== room.sequence.value);
  return html`
    <section class="card question" aria-labelledby="question-title">
      <h2 id="question-title">${question ? phaseName(question.type) : "Question"}</h2>
      <p class="question-text">${question?.text}</p>
      ${here.map((problem) => html`<${ProblemText} key=${problem.id} problem=${problem} />`)}
      ${earlier.length > 0 &&
      html`<details>
        <summary>Earlier problems</summary>
        ${earlier.map((problem) => html`<${ProblemText} key=${problem.id} problem=${problem} />`)}
      </details>`}
    </section>
  `;
}

function ProblemText({ problem }) {
  return html`<h3>Problem</h3><div class="problem-text">${problem.text}</div>`;
}
