/** What was said, as a list. */
import { html } from "./ui.js";
import { phaseName, speakerName } from "./words.js";

/**
 * The entries of a transcript in order, with a line where a phase begins.
 *
 * @param {{entries: object[], plan?: object | null}} props
 */
export function Transcript({ entries, plan }) {
  return html`
    <ol class="transcript">
      ${entries.map(
        (entry, index) => html`
          <${Entry}
            key=${entry.seq}
            entry=${entry}
            opens=${index === 0 || entries[index - 1].phase_sequence !== entry.phase_sequence}
            type=${plan?.planner_fields[entry.phase_sequence - 1]?.question_type}
          />
        `,
      )}
    </ol>
  `;
}

function Entry({ entry, opens, type }) {
  return html`
    <li class=${`entry ${entry.speaker}`}>
      ${opens && html`<p class="phase-mark">Phase ${entry.phase_sequence}${type ? ` · ${phaseName(type)}` : ""}</p>`}
      <div class="said">
        <span class="speaker">${speakerName(entry.speaker)}</span>
        <span class="words">${entry.text}</span>
      </div>
    </li>
  `;
}
