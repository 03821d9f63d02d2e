/** What is left of the phase. It can be hidden, because a clock makes some people nervous; the warning stays. */
import { ofBrowser } from "../lib/storage.js";
import { html, signal, useRef } from "../lib/ui.js";
import { roomWords } from "../words/index.js";

const KEY = "interview-tracker.timer-hidden";
const hidden = signal(ofBrowser.get(KEY) === "yes");

function toggle() {
  hidden.value = !hidden.value;
  ofBrowser.set(KEY, hidden.value ? "yes" : "no");
}

export function TimerPanel({ room }) {
  return html`
    <section class="timer" aria-label=${roomWords.time}>
      <div class="timer-row">
        ${!hidden.value && html`<${Countdown} room=${room} />`}
        <button type="button" class="small outline secondary" onClick=${toggle}>
          ${hidden.value ? roomWords.showTimer : roomWords.hideTimer}
        </button>
      </div>
      <${Warning} room=${room} />
    </section>
  `;
}

function Countdown({ room }) {
  const paused = room.timer.value !== "running";
  return html`
    <div class=${`countdown ${room.ending.value ? "ending" : ""}`}>
      <span role="timer" class="time-left" aria-label=${roomWords.timeLeft}>${room.remainingText}</span>
      <span class="muted">${paused ? roomWords.paused : roomWords.left}</span>
      <progress aria-hidden="true" max="100" value=${room.elapsedPercent}></progress>
    </div>
  `;
}

function Warning({ room }) {
  const due = room.ending.value && room.timer.value === "running";
  const text = due ? roomWords.endsIn(room.remainingRoughly.value) : "";
  // Screen readers say each change, so it must not change with every second. They hear the first one from the
  // interviewer, who says it at the same moment.
  const first = useRef("");
  if (!due || !first.current) first.current = text;
  return html`<p role="status" aria-live=${text === first.current ? "off" : "polite"} class=${due ? "warning" : "nothing"}>${text}</p>`;
}
