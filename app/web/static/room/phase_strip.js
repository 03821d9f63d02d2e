/** All phases in a row, and where the interview is. */
import { html } from "../lib/ui.js";
import { minutesText, phaseName } from "../lib/words.js";
import { roomWords } from "../words/index.js";

/** `plan` may be missing; then the strip tells numbers alone. */
export function PhaseStrip({ room, plan, settled }) {
  const current = room.sequence.value;
  const total = room.total.value;
  const phases = Array.from({ length: total }, (_, index) => ({ sequence: index + 1, ...plan?.planner_fields[index] }));
  const name = phaseName(room.question.value?.type);
  return html`
    <section class="phases" aria-label=${roomWords.phases}>
      <ol class="phase-strip">
        ${phases.map((phase) => html`<${Phase} key=${phase.sequence} phase=${phase} current=${current} />`)}
      </ol>
      <p class="visually-hidden" role="status">${settled && roomWords.phaseOf(current, total, name)}</p>
    </section>
  `;
}

function Phase({ phase, current }) {
  const where = phase.sequence < current ? "past" : phase.sequence === current ? "current" : "coming";
  return html`
    <li class=${where} aria-current=${where === "current" ? "step" : undefined}>
      <span class="phase-name">${phase.question_type ? phaseName(phase.question_type) : roomWords.phase(phase.sequence)}</span>
      ${phase.duration && html`<span class="minutes">${minutesText(phase.duration)}</span>`}
    </li>
  `;
}
