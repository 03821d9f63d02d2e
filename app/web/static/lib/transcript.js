/** What was said: as turns, as a list, and as a file. */
import { format } from "./date_format.js";
import { MarkedText } from "./marked_text.js";
import { saveFile } from "./save_file.js";
import { html, useLayoutEffect, useRef } from "./ui.js";
import { phaseName, speakerName, wishName } from "./words.js";
import { transcriptWords } from "../words/index.js";

const LONGEST_PAUSE_MS = 2000;

/**
 * The entries of a transcript in order, with a line where a phase begins. The sentences of one utterance stand together.
 *
 * @param {object} props
 * @param {any[]} props.entries
 * @param {any} [props.plan]
 * @param {{seq: number, quote: string, onBack: () => void} | null} [props.lit] a quote that is marked and has the focus
 */
export function Transcript({ entries, plan, lit }) {
  return html`
    <ol class="transcript">
      ${turnsOf(entries).map(
        (turn) => html`
          <${Turn}
            key=${turn.sentences[0].seq}
            turn=${turn}
            lit=${lit && turn.sentences.some(({ seq }) => seq === lit.seq) ? lit : null}
            isCode=${isCode(turn, plan)}
            mark=${turn.opensPhase && phaseMark(turn.sentences[0].phase_sequence, plan)}
          />
        `,
      )}
    </ol>
  `;
}

/**
 * What the candidate is saying at this moment. It changes with every few words, so nobody is told of it; its entry is.
 *
 * @param {{text: string}} props
 */
export function InterimText({ text }) {
  return html`
    <div class="interim candidate" aria-live="off">
      <div class="said">
        <span class="speaker">${speakerName("candidate")} (…)</span>
        <span class="words">${text}</span>
      </div>
    </div>
  `;
}

function Turn({ turn, mark, lit, isCode }) {
  const { sentences } = turn;
  const [{ speaker }] = sentences;
  const aside = asideOf(turn);
  return html`
    <li class=${`entry ${speaker}`}>
      ${mark && html`<p class="phase-mark">${mark}</p>`}
      <div class="said">
        <span class="speaker">${speakerName(speaker)}</span>
        <span class=${isCode ? "words code" : "words"}>
          ${sentences.map((entry, index) => html`<${Sentence} key=${entry.seq} entry=${entry} isFirst=${index === 0} lit=${lit} />`)}
        </span>
      </div>
      ${lit && html`<button type="button" class="quiet back" onClick=${lit.onBack}>${transcriptWords.backToReport}</button>`}
      ${aside && html`<p class="aside">${aside}</p>`}
    </li>
  `;
}

function Sentence({ entry: { seq, text }, isFirst, lit }) {
  const place = useRef(null);
  const isLit = lit?.seq === seq;
  useLayoutEffect(() => {
    if (!isLit) return;
    place.current.focus({ preventScroll: true });
    const isCalm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const mark = place.current.querySelector("mark") ?? place.current;
    mark.scrollIntoView({ block: "center", behavior: isCalm ? "auto" : "smooth" });
  }, [isLit && lit]);
  const leave = (event) => {
    if (event.key === "Escape") lit.onBack();
  };
  return html`
    <span id=${`entry-${seq}`} ref=${place} tabindex=${isLit ? -1 : undefined} onKeyDown=${isLit ? leave : undefined}>
      ${!isFirst && " "}${isLit ? html`<${MarkedText} text=${text} quote=${lit.quote} />` : text}
    </span>
  `;
}

/**
 * Hand the browser a transcript as a text file. Made here, because a guest's session has no other place to fetch it
 * from.
 *
 * @param {{title: string, entries: any[], plan?: any}} session at least one entry
 */
export function saveTranscript({ title, entries, plan }) {
  const paragraphs = [`${title}\n${format({ dateStyle: "medium", timeStyle: "short" }).format(new Date(entries[0].started_at))}`];
  for (const turn of turnsOf(entries)) {
    const [{ speaker, phase_sequence: phase }] = turn.sentences;
    if (turn.opensPhase) paragraphs.push(`--- ${phaseMark(phase, plan)} ---`);
    const aside = asideOf(turn);
    const name = aside ? `${speakerName(speaker)} (${aside})` : speakerName(speaker);
    paragraphs.push(`${name}: ${turn.sentences.map(({ text }) => text).join(" ")}`);
  }
  saveFile(new Blob([`${paragraphs.join("\n\n")}\n`], { type: "text/plain" }), "interview.txt");
}

/** Whether a turn is a program that was written, as far as its place and its shape tell. */
function isCode({ sentences: [{ speaker, source, phase_sequence: phase, text }] }, plan) {
  const isWritten = speaker === "candidate" && source !== "voice" && text.includes("\n");
  return isWritten && plan?.planner_fields?.[phase - 1]?.question_type === "coding";
}

function phaseMark(sequence, plan) {
  const type = plan?.planner_fields[sequence - 1]?.question_type;
  return transcriptWords.phase(sequence, type && phaseName(type));
}

/** What is to be known of a candidate's words beside themselves. */
function asideOf({ sentences: [{ speaker, purpose, phase_sequence: phase, late }], isForEarlierPhase }) {
  if (speaker !== "candidate") return "";
  return [wishName(purpose), isForEarlierPhase && transcriptWords.forPhase(phase), late && transcriptWords.late]
    .filter(Boolean)
    .join(" · ");
}

function turnsOf(entries) {
  const turns = [];
  let phase = 0;
  let last = null;
  for (const entry of entries) {
    // An answer that was begun before a phase came does not take the interview back; a reset does.
    const isForEarlierPhase = entry.speaker === "candidate" && entry.phase_sequence < phase;
    if (last && goesOn(last, entry)) {
      turns.at(-1).sentences.push(entry);
    } else {
      const opensPhase = entry.phase_sequence !== phase && !isForEarlierPhase;
      turns.push({ sentences: [entry], opensPhase, isForEarlierPhase });
    }
    if (!isForEarlierPhase) phase = entry.phase_sequence;
    last = entry;
  }
  return turns;
}

/**
 * Whether an entry goes on with the utterance of the one before. The log numbers the sentences of a line; where no
 * numbers are (a line of one sentence, a candidate's words), a pause parts two of the same purpose.
 */
function goesOn(last, next) {
  const isSame = (name) => (last[name] ?? null) === (next[name] ?? null);
  return (
    last.source === "voice" &&
    ["source", "speaker", "phase_sequence", "purpose", "about", "cue", "parts"].every(isSame) &&
    !last.cut_by &&
    (next.part
      ? next.part === last.part + 1
      : Date.parse(next.started_at) - Date.parse(last.ended_at) <= LONGEST_PAUSE_MS)
  );
}
