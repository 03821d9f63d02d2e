/** The voice connection: how it stands, and its switches. */
import { Problem } from "../lib/parts.js";
import { html } from "../lib/ui.js";
import { voiceWords } from "../words/index.js";

export function VoicePanel({ visit }) {
  const { voice } = visit;
  const state = voice.state.value;
  const isGettingReady = voice.gettingReady.value && (state === "connecting" || state === "reconnecting");
  const lost = { gone: voiceWords.microphoneGone, silent: voiceWords.microphoneSilent }[voice.microphoneState.value] ?? "";
  return html`
    <section class="voice" aria-label=${voiceWords.title}>
      <p role="status" class=${`voice-state ${state}`}>${voice.problem.value || (isGettingReady ? voiceWords.gettingReady : voiceWords.states[state])}</p>
      ${state === "connected" &&
      visit.room.replaced.value.map((service) => html`<p key=${service} role="status" class="muted">${voiceWords.replaced[service]}</p>`)}
      <${Problem} text=${lost} />
      <div class="actions">
        ${lost &&
        html`<button type="button" class="small" onClick=${() => visit.replaceMicrophone()}>${voiceWords.useMicrophone}</button>`}
        ${voice.silenced.value &&
        html`<button type="button" class="small" onClick=${() => voice.play()}>${voiceWords.soundOn}</button>`}
        ${state === "connected" &&
        html`<button type="button" class="small outline" aria-pressed=${voice.muted.value} onClick=${() => voice.toggleMuted()}>
          ${voiceWords.mute}
        </button>`}
        ${state === "off"
          ? html`<button type="button" class="small outline" onClick=${() => visit.turnVoiceOn()}>
              ${voiceWords.turnOn}
            </button>`
          : html`<button type="button" class="small outline secondary" onClick=${() => visit.turnVoiceOff()}>
              ${voiceWords.turnOff}
            </button>`}
      </div>
    </section>
  `;
}
