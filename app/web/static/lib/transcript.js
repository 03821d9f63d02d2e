/** What was said: as turns, as a list, and as a file. */
import { html } from "./ui.js";
import { dateText, phaseName, speakerName } from "./words.js";

// The interviewer's announcement of a phase's end, as `time_check` in `scripted.py` words it; it belongs to no sentence
// beside it.
const TIME_CHECK = /^We have about \d+ (?:minutes|seconds) left for this question\.$/;
const LONGEST_PAUSE_MS = 2000;

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
        ({ sentences, opensPhase }) => html`
          <${Turn}
            key=${sentences[0].seq}
            sentences=${sentences}
            mark=${opensPhase && phaseMark(sentences[0].phase_sequence, plan)}
          />
        `,
      )}
    </ol>
  `;
}

function Turn({ sentences, mark }) {
  const [{ speaker }] = sentences;
  return html`
    <li class=${`entry ${speaker}`}>
      ${mark && html`<p class="phase-mark">${mark}</p>`}
      <div class="said">
        <span class="speaker">${speakerName(speaker)}</span>
        <span class="words">${sentences.map(({ text }, index) => html`<span>${index > 0 && " "}${text}</span>`)}</span>
      </div>
    </li>
  `;
}

/**
 * Hand the browser a transcript as a text file. Made here, because a guest's session has no other place to fetch it
 * from.
 *
 * @param {{title: string, entries: object[], plan?: object | null}} session at least one entry
 */
export function saveTranscript({ title, entries, plan }) {
  const paragraphs = [`${title}\n${dateText(entries[0].started_at)}`];
  for (const { sentences, opensPhase } of turnsOf(entries)) {
    if (opensPhase) paragraphs.push(`--- ${phaseMark(sentences[0].phase_sequence, plan)} ---`);
    paragraphs.push(`${speakerName(sentences[0].speaker)}: ${sentences.map(({ text }) => text).join(" ")}`);
  }
  const file = new Blob([`${paragraphs.join("\n\n")}\n`], { type: "text/plain" });
  const address = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = address;
  link.download = "interview.txt";
  link.click();
  URL.revokeObjectURL(address);
}

function phaseMark(sequence, plan) {
  const type = plan?.planner_fields[sequence - 1]?.question_type;
  return `Phase ${sequence}${type ? ` · ${phaseName(type)}` : ""}`;
}

function turnsOf(entries) {
  const turns = [];
  for (const entry of entries) {
    const sentences = turns.at(-1)?.sentences;
    const last = sentences?.at(-1);
    if (last && goesOn(last, entry)) sentences.push(entry);
    else turns.push({ sentences: [entry], opensPhase: last?.phase_sequence !== entry.phase_sequence });
  }
  return turns;
}

/** Whether a sentence goes on with what its speaker was saying. */
function goesOn(last, next) {
  return (
    last.source === "voice" &&
    next.source === "voice" &&
    last.speaker === next.speaker &&
    last.phase_sequence === next.phase_sequence &&
    !isTimeCheck(last) &&
    !isTimeCheck(next) &&
    Date.parse(next.started_at) - Date.parse(last.ended_at) <= LONGEST_PAUSE_MS
  );
}

const isTimeCheck = ({ speaker, text }) => speaker === "interviewer" && TIME_CHECK.test(text);
