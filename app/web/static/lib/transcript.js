/** What was said, as a list. */
import { html } from "./ui.js";
import { phaseName, speakerName } from "./words.js";

/**
 * The entries of a transcript in order, with a line where a phase begins. Sentences that are spoken one after the other
 * stand together.
 *
 * @param {{entries: object[], plan?: object | null}} props
 */
export function Transcript({ entries, plan }) {
  return html`
    <ol class="transcript">
      ${turnsOf(entries).map(
        (turn, index, turns) => html`
          <${Turn}
            key=${turn[0].seq}
            sentences=${turn}
            opens=${index === 0 || turns[index - 1][0].phase_sequence !== turn[0].phase_sequence}
            type=${plan?.planner_fields[turn[0].phase_sequence - 1]?.question_type}
          />
        `,
      )}
    </ol>
  `;
}

function turnsOf(entries) {
  const turns = [];
  for (const entry of entries) {
    const last = turns.at(-1)?.[0];
    const goesOn =
      last?.source === "voice" &&
      entry.source === "voice" &&
      last.speaker === entry.speaker &&
      last.phase_sequence === entry.phase_sequence;
    if (goesOn) turns.at(-1).push(entry);
    else turns.push([entry]);
  }
  return turns;
}

function Turn({ sentences, opens, type }) {
  const [{ speaker, phase_sequence: sequence }] = sentences;
  return html`
    <li class=${`entry ${speaker}`}>
      ${opens && html`<p class="phase-mark">Phase ${sequence}${type ? ` · ${phaseName(type)}` : ""}</p>`}
      <div class="said">
        <span class="speaker">${speakerName(speaker)}</span>
        <span class="words">${sentences.map(({ text }, index) => html`<span>${index > 0 && " "}${text}</span>`)}</span>
      </div>
    </li>
  `;
}
