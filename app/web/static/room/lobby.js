/** Before the interview: what is coming, and how to answer. */
import { Problem } from "../lib/parts.js";
import { html, useEffect, useRef, useSignal } from "../lib/ui.js";
import { minutesText, phaseName } from "../lib/words.js";
import { lobbyWords } from "../words/index.js";
import { closeMicrophone, listMicrophones, openMicrophone, watchLevel } from "./microphone.js";

const HEARD_LEVEL = 0.25;
// In seconds; the empty one is the server's own, 1.2 by default.
const PATIENCE = [
  ["0.7", lobbyWords.patience.short],
  ["", lobbyWords.patience.usual],
  ["3", lobbyWords.patience.long],
];

/** The way into the interview: a choice about the microphone, then "Join". */
export function Lobby({ visit }) {
  const choice = useSignal(null);
  const microphone = useSignal(null);
  const patience = useSignal("");
  const problem = useSignal("");
  const busy = useSignal(false);
  // What is handed over to the call must stay open when this view goes.
  const handedOver = useRef(false);
  useEffect(() => () => handedOver.current || closeMicrophone(microphone.value), []);

  const joinButton = useRef(null);
  // On a phone the way in is below the fold; it opens once there is a choice.
  useEffect(() => {
    if (choice.value !== null) joinButton.current.scrollIntoView({ block: "nearest" });
  }, [choice.value]);

  const speak = async (deviceId) => {
    problem.value = "";
    try {
      const opened = await openMicrophone(deviceId);
      closeMicrophone(microphone.value);
      microphone.value = opened;
      choice.value = "speak";
    } catch (error) {
      problem.value = error.message;
    }
  };
  const write = () => {
    closeMicrophone(microphone.value);
    microphone.value = null;
    problem.value = "";
    choice.value = "write";
  };
  const join = () => {
    busy.value = true;
    handedOver.current = true;
    // On a phone this button is far down; the interview begins at its top.
    window.scrollTo(0, 0);
    visit.join(microphone.value, Number(patience.value) || null);
  };

  return html`
    <div class="lobby">
      <section aria-labelledby="lobby-title">
        <h1 id="lobby-title">${visit.title}</h1>
        <p>${lobbyWords.whatComes}</p>
        <${Agenda} plan=${visit.plan.value} total=${visit.room.total.value} />
      </section>
      <section class="card" aria-labelledby="choice-title">
        <h2 id="choice-title">${lobbyWords.howToAnswer}</h2>
        <fieldset class="choices" aria-labelledby="choice-title">
          <button type="button" class="outline" aria-pressed=${choice.value === "speak"} onClick=${() => speak()}>
            ${lobbyWords.speak}
          </button>
          <button type="button" class="outline" aria-pressed=${choice.value === "write"} onClick=${write}>
            ${lobbyWords.write}
          </button>
        </fieldset>
        <${Problem} text=${problem.value} />
        ${choice.value === "speak" &&
        html`
          <${MicrophoneCheck} key=${microphone.value.id} microphone=${microphone.value} onPick=${speak} />
          <label>
            ${lobbyWords.waits}
            <select value=${patience.value} onChange=${(event) => (patience.value = event.currentTarget.value)}>
              ${PATIENCE.map(([seconds, words]) => html`<option value=${seconds}>${words}</option>`)}
            </select>
          </label>
        `}
        ${choice.value === "write" &&
        html`<p class="muted">${lobbyWords.willWrite}</p>`}
        <button type="button" class="big" ref=${joinButton} disabled=${choice.value === null || busy.value} aria-busy=${busy.value} onClick=${join}>
          ${lobbyWords.join}
        </button>
      </section>
    </div>
  `;
}

function Agenda({ plan, total }) {
  if (!plan) return html`<p class="muted">${lobbyWords.phaseCount(total)}</p>`;
  return html`
    <ol class="agenda" aria-label=${lobbyWords.phases}>
      ${plan.planner_fields.map(
        (field) => html`
          <li key=${field.sequence}>
            <span>${phaseName(field.question_type)}</span><span class="minutes">${minutesText(field.duration)}</span>
          </li>
        `,
      )}
    </ol>
  `;
}

function MicrophoneCheck({ microphone, onPick }) {
  const level = useSignal(0);
  const heard = useSignal(false);
  const devices = useSignal([]);
  useEffect(() => {
    listMicrophones().then((found) => (devices.value = found));
    return watchLevel(microphone, (value) => {
      level.value = value;
      if (value > HEARD_LEVEL) heard.value = true;
    });
  }, []);
  const current = microphone.getAudioTracks()[0]?.getSettings().deviceId;
  return html`
    <div class="microphone-check">
      <label>
        ${lobbyWords.level}
        <meter min="0" max="1" value=${level.value}></meter>
      </label>
      <p role="status">${heard.value ? lobbyWords.heard : lobbyWords.notHeardYet}</p>
      ${devices.value.length > 1 &&
      html`<label>
        ${lobbyWords.microphone}
        <select onChange=${(event) => onPick(event.currentTarget.value)}>
          ${devices.value.map(({ id, name }) => html`<option value=${id} selected=${id === current}>${name}</option>`)}
        </select>
      </label>`}
    </div>
  `;
}
