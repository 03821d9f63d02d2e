/** One plan among others: what it is, and what can be done with it. */
import { callAsUser } from "../../lib/auth.js";
import { html } from "../../lib/ui.js";
import { minutesText, phaseName } from "../../lib/words.js";
import { practiceWords, words } from "../../words/index.js";
import { changed, patchKept } from "../data.js";
import { Menu } from "../menu.js";
import { say, sayFailed } from "../notices.js";
import { go } from "../router.js";
import { createOnce } from "../writing.js";
import { isTemplate, pathOf } from "./plans.js";

/**
 * @param {object} props
 * @param {import("./plans.js").Plan} props.plan
 * @param {import("../../vendor/preact-signals-2.11.4.js").Signal<string | null>} props.opening the plan that a room is opened for
 * @param {() => void} props.onStart
 * @param {() => void} props.onChoose
 */
export function PlanCard({ plan, opening, onStart, onChoose }) {
  const kinds = plan.question_types.map(phaseName).join(" · ");
  const titleId = `plan-${plan.id}`;
  return html`
    <li>
      <article class="card" aria-labelledby=${titleId}>
        <div class="card-head">
          <h3 id=${titleId}>${plan.title}</h3>
          <span class="minutes">${minutesText(plan.minutes)}</span>
        </div>
        ${plan.description && html`<p class="practice-description">${plan.description}</p>`}
        <p class="kinds">${kinds}</p>
        <div class="practice-acts">
          <button
            type="button"
            aria-label=${practiceWords.startOf(plan.title)}
            aria-busy=${opening.value === plan.id}
            aria-disabled=${opening.value !== null}
            onClick=${onStart}
          >
            ${practiceWords.start}
          </button>
          <button type="button" class="outline" aria-label=${practiceWords.chooseOf(plan.title)} aria-haspopup="dialog" onClick=${onChoose}>
            ${practiceWords.choose}
          </button>
          <${Menu} label="⋯" name=${practiceWords.moreOf(plan.title)} items=${itemsFor(plan)} />
        </div>
      </article>
    </li>
  `;
}

function itemsFor(plan) {
  if (isTemplate(plan)) return [{ label: practiceWords.copy, onChoose: () => go(`/app/practice/new?template=${plan.id}`) }];
  return [
    { label: words.edit, onChoose: () => go(`/app/practice/${plan.id}`) },
    { label: practiceWords.copy, onChoose: () => go(`/app/practice/new?plan=${plan.id}`) },
    { label: practiceWords.remove, onChoose: () => remove(plan) },
  ];
}

/** Delete a plan, and keep it here for as long as somebody may want it back. */
async function remove(plan) {
  const putBack = patchKept("/api/v1/mock-interviews", (data) =>
    data.mock_interviews ? { ...data, mock_interviews: data.mock_interviews.filter(({ id }) => id !== plan.id) } : data,
  );
  /** @type {HTMLElement | null} */ (document.querySelector("main h1"))?.focus();
  try {
    const whole = await callAsUser("GET", pathOf(plan));
    await callAsUser("DELETE", pathOf(plan));
    say(practiceWords.removed(plan.title), async () => {
      const { title, description, language, position_id, interview_id, planner_fields } = whole;
      const body = { title, description, language, position_id, interview_id, planner_fields };
      await createOnce("/api/v1/mock-interviews", body);
      await changed();
    });
    await changed();
  } catch (error) {
    putBack();
    sayFailed(error);
  }
}
