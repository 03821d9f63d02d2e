/** One question of a plan. */
import { html } from "../../lib/ui.js";
import { phaseName } from "../../lib/words.js";
import { planWords, words } from "../../words/index.js";
import { Field } from "../fields.js";
import { TextList } from "./text_list.js";

const TYPES = ["introduction", "behavioral", "technical", "coding", "system_design", "hr", "closing"];
const FOLDED = ["paraphrase", "hints", "instructions"];

/**
 * @param {object} props
 * @param {import("./plan_draft.js").Phase} props.phase
 * @param {number} props.index from 0
 * @param {boolean} props.isLast
 * @param {Record<string, string>} props.problems of the whole plan
 * @param {(changes: object) => void} props.onChange
 * @param {(by: number) => void} props.onMove
 * @param {() => void} props.onCopy
 * @param {() => void} props.onRemove
 */
export function PhaseEditor({ phase, index, isLast, problems, onChange, onMove, onCopy, onRemove }) {
  const number = index + 1;
  const prefix = `planner_fields.${index}`;
  const id = `phase-${phase.key}`;
  const field = (name, label, others) => html`
    <${Field}
      name=${`${prefix}.${name}`}
      label=${label}
      value=${String(phase[name])}
      problem=${problems[`${prefix}.${name}`]}
      onInput=${(value) => onChange({ [name]: value })}
      ...${others}
    />
  `;
  const list = (name, others) => html`
    <${TextList} prefix=${`${prefix}.${name}`} items=${phase[name]} problems=${problems} onChange=${(items) => onChange({ [name]: items })} ...${others} />
  `;
  // What is wrong in a folded part must be seen.
  const isWrongInside = Object.keys(problems).some((name) => FOLDED.some((part) => name.startsWith(`${prefix}.${part}`)));
  return html`
    <li>
      <section class="panel practice-phase" aria-labelledby=${`${id}-title`}>
        <div class="practice-phase-head">
          <h2 id=${`${id}-title`}>${planWords.question(number)}</h2>
          <div class="actions">
            <button type="button" class="quiet" id=${`${id}-up`} aria-label=${planWords.upOf(number)} disabled=${index === 0} onClick=${() => onMove(-1)}>↑</button>
            <button type="button" class="quiet" id=${`${id}-down`} aria-label=${planWords.downOf(number)} disabled=${isLast} onClick=${() => onMove(1)}>↓</button>
            <button type="button" class="quiet" aria-label=${planWords.duplicateOf(number)} onClick=${onCopy}>${planWords.duplicate}</button>
            <button type="button" class="quiet" aria-label=${planWords.removeQuestion(number)} onClick=${onRemove}>${words.remove}</button>
          </div>
        </div>
        <div class="practice-kind">
          ${field("question_type", planWords.type, { options: TYPES.map((value) => ({ value, label: phaseName(value) })) })}
          ${field("duration", planWords.minutes, { type: "number", min: "0.5", step: "0.5", inputMode: "decimal" })}
        </div>
        ${field("question", planWords.asks, { rows: 3, id: `${id}-question` })}
        ${list("follow_ups", {
          title: planWords.followUps,
          hint: planWords.followUpsHint,
          itemName: planWords.followUp,
          add: planWords.addTo.followUps,
          most: 20,
          whenName: planWords.when,
        })}
        ${list("rubric", { title: planWords.rubric, hint: planWords.rubricHint, itemName: planWords.criterion, add: planWords.addTo.rubric, most: 20 })}
        <details open=${isWrongInside || undefined}>
          <summary>${planWords.help}</summary>
          ${field("paraphrase", planWords.paraphrase, { rows: 2 })}
          ${list("hints", { title: planWords.hints, hint: planWords.hintsHint, itemName: planWords.hint, add: planWords.addTo.hints, most: 10 })}
          ${field("instructions", planWords.instructions, { rows: 2, hint: planWords.instructionsHint })}
        </details>
      </section>
    </li>
  `;
}
