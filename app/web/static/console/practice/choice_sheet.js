/** How much of a plan to practise: all of it or one question, and in how many minutes. */
import { Problem } from "../../lib/parts.js";
import { openRoom } from "../../lib/room_access.js";
import { html, useSignal } from "../../lib/ui.js";
import { minutesText, phaseName } from "../../lib/words.js";
import { practiceWords, words } from "../../words/index.js";
import { useResource } from "../data.js";
import { Sheet } from "../sheet.js";
import { Loaded, Skeleton } from "../states.js";
import { derivedPlan, lengthsFor, pathOf, sumOfMinutes } from "./plans.js";

const LONGEST_OPTION = 80;

/**
 * @param {object} props
 * @param {import("./plans.js").Plan} props.plan
 * @param {() => void} props.onClose
 */
export function ChoiceSheet({ plan, onClose }) {
  const whole = useResource(pathOf(plan));
  return html`
    <${Sheet} title=${plan.title} onClose=${onClose}>
      <${Loaded} of=${whole} skeleton=${html`<${Skeleton} />`}>
        ${(found) => html`<${Choice} plan=${found} onClose=${onClose} />`}
      </${Loaded}>
    </${Sheet}>
  `;
}

function Choice({ plan, onClose }) {
  const sequence = useSignal("");
  /** Null until somebody chooses: then what is chosen takes as long as it was planned for. */
  const minutes = useSignal(null);
  const problem = useSignal("");
  const isBusy = useSignal(false);
  const fields = plan.planner_fields.filter((one) => !sequence.value || String(one.sequence) === sequence.value);
  const planned = sumOfMinutes(fields);
  const start = async (event) => {
    event.preventDefault();
    if (isBusy.value) return;
    isBusy.value = true;
    problem.value = "";
    try {
      const choice = { sequence: sequence.value ? Number(sequence.value) : null, minutes: minutes.value ?? planned };
      window.location.assign(await openRoom(await derivedPlan(plan, choice)));
    } catch (error) {
      problem.value = error.message;
    }
    isBusy.value = false;
  };
  return html`
    <form onSubmit=${start}>
      <label>
        ${practiceWords.questions}
        <select value=${sequence.value} onChange=${(event) => (sequence.value = event.currentTarget.value)}>
          <option value="">${practiceWords.allQuestions(plan.planner_fields.length)}</option>
          ${plan.planner_fields.map((field) => html`<option value=${String(field.sequence)}>${optionText(field)}</option>`)}
        </select>
      </label>
      <label>
        ${practiceWords.length}
        <select value=${String(minutes.value ?? planned)} onChange=${(event) => (minutes.value = Number(event.currentTarget.value))}>
          ${lengthsFor(planned).map(
            (length) => html`<option value=${String(length)}>
              ${length === planned ? practiceWords.asPlanned(minutesText(length)) : minutesText(length)}
            </option>`,
          )}
        </select>
      </label>
      <${Problem} text=${problem.value} />
      <div class="actions">
        <button type="submit" aria-busy=${isBusy.value} aria-disabled=${isBusy.value}>${practiceWords.start}</button>
        <button type="button" class="outline secondary" onClick=${onClose}>${words.cancel}</button>
      </div>
    </form>
  `;
}

function optionText({ sequence, question_type: type, question, instructions }) {
  const text = (question || instructions).replace(/\s+/g, " ").trim();
  const short = text.length > LONGEST_OPTION ? `${text.slice(0, LONGEST_OPTION)}…` : text;
  return `${sequence}. ${phaseName(type)}: ${short}`;
}
