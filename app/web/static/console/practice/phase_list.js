/** The questions of a plan in their order, which can be changed. */
import { html, useLayoutEffect, useRef } from "../../lib/ui.js";
import { planWords } from "../../words/index.js";
import { say } from "../notices.js";
import { PhaseEditor } from "./phase_editor.js";
import { copyOfPhase, emptyPhase } from "./plan_draft.js";

const MOST = 50;

/**
 * @param {object} props
 * @param {import("./plan_draft.js").Phase[]} props.phases
 * @param {Record<string, string>} props.problems by the API's names of fields
 * @param {(phases: import("./plan_draft.js").Phase[]) => void} props.onChange
 */
export function PhaseList({ phases, problems, onChange }) {
  /** The id of what is to have the focus once the list is drawn. */
  const wanted = useRef("");
  const latest = useRef(phases);
  latest.current = phases;
  useLayoutEffect(() => {
    if (!wanted.current) return;
    const element = /** @type {HTMLButtonElement | null} */ (document.getElementById(wanted.current));
    wanted.current = "";
    // The button that moved a question to the end of the list cannot be used there; its neighbour can.
    const place = element?.disabled ? element.parentElement?.querySelector("button:not(:disabled)") : element;
    /** @type {HTMLElement | null} */ (place)?.focus();
  });
  const update = (key, changes) => onChange(phases.map((phase) => (phase.key === key ? { ...phase, ...changes } : phase)));
  const move = (from, by) => {
    const next = [...phases];
    const [phase] = next.splice(from, 1);
    next.splice(from + by, 0, phase);
    wanted.current = `phase-${phase.key}-${by < 0 ? "up" : "down"}`;
    onChange(next);
    say(planWords.moved(from + by + 1));
  };
  const insert = (at, phase) => {
    wanted.current = `phase-${phase.key}-question`;
    onChange([...phases.slice(0, at), phase, ...phases.slice(at)]);
  };
  const remove = (index) => {
    const phase = phases[index];
    wanted.current = phases.length > 1 ? `phase-${(phases[index + 1] ?? phases[index - 1]).key}-question` : "add-question";
    onChange(phases.filter((one) => one !== phase));
    say(planWords.removed(index + 1), () => {
      const now = latest.current;
      onChange([...now.slice(0, index), phase, ...now.slice(index)]);
    });
  };
  return html`
    <ol class="practice-phases">
      ${phases.map(
        (phase, index) => html`
          <${PhaseEditor}
            key=${phase.key}
            phase=${phase}
            index=${index}
            isLast=${index === phases.length - 1}
            problems=${problems}
            onChange=${(changes) => update(phase.key, changes)}
            onMove=${(by) => move(index, by)}
            onCopy=${() => insert(index + 1, copyOfPhase(phase))}
            onRemove=${() => remove(index)}
          />
        `,
      )}
    </ol>
    <p>
      <button
        type="button"
        class="outline"
        id="add-question"
        disabled=${phases.length >= MOST}
        onClick=${() => insert(phases.length, emptyPhase())}
      >
        ${planWords.addQuestion}
      </button>
    </p>
  `;
}
