/** The voice connection: how it stands, and its switches. */
import { Problem } from "../lib/parts.js";
import { html } from "../lib/ui.js";
import { roomWords } from "../words/index.js";

const WORDS = {
  off: "You answer in writing.",
  connecting: "Connecting the call…",
  connected: "You are in a voice call.",
  reconnecting: "The call was interrupted. Connecting again…",
};

const REPLACED = {
  ears: "Your words are recognized by a simpler service in this call.",
  mind: "The model does not answer in this call. The interviewer goes on by the plan.",
  voice: "The interviewer speaks with a simpler voice in this call.",
};

export function VoicePanel({ visit }) {
  const { voice } = visit;
  const state = voice.state.value;
  const lost = { gone: roomWords.microphoneGone, silent: roomWords.microphoneSilent }[voice.microphoneState.value] ?? "";
  return html`
    <section class="voice" aria-label="Voice">
      <p role="status" class=${`voice-state ${state}`}>${voice.problem.value || WORDS[state]}</p>
      ${state === "connected" &&
      visit.room.replaced.value.map((service) => html`<p key=${service} role="status" class="muted">${REPLACED[service]}</p>`)}
      <${Problem} text=${lost} />
      <div class="actions">
        ${lost &&
        html`<button type="button" class="small" onClick=${() => visit.replaceMicrophone()}>${roomWords.useMicrophone}</button>`}
        ${voice.silenced.value &&
        html`<button type="button" class="small" onClick=${() => voice.play()}>Turn the sound on</button>`}
        ${state === "connected" &&
        html`<button type="button" class="small outline" aria-pressed=${voice.muted.value} onClick=${() => voice.toggleMuted()}>
          Mute
        </button>`}
        ${state === "off"
          ? html`<button type="button" class="small outline" onClick=${() => visit.turnVoiceOn()}>
              Turn the microphone on
            </button>`
          : html`<button type="button" class="small outline secondary" onClick=${() => visit.turnVoiceOff()}>
              Turn the microphone off
            </button>`}
      </div>
    </section>
  `;
}
