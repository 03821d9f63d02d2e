/** What can be practised: for real interviews, by one's own plans, and by the ready-made ones; and what was. */
import { openRoom } from "../../lib/room_access.js";
import { html, useSignal } from "../../lib/ui.js";
import { practiceWords } from "../../words/index.js";
import { useResource } from "../data.js";
import { sayFailed } from "../notices.js";
import { Late, Loaded, Skeleton } from "../states.js";
import { ViewHead } from "../view.js";
import { ChoiceSheet } from "./choice_sheet.js";
import { PlanCard } from "./plan_card.js";
import { OWN_PLANS, TEMPLATES, withoutRepeats } from "./plans.js";
import { roomForInterview } from "./practise.js";
import { SessionList } from "./sessions.js";
import { UpcomingInterviews, useUpcoming } from "./upcoming.js";

/** The view. */
export function View() {
  const templates = useResource(TEMPLATES);
  const own = useResource(OWN_PLANS);
  const upcoming = useUpcoming();
  const opening = useSignal(null);
  /** The plan that a length or a question is being chosen of. */
  const chosen = useSignal(null);

  const open = async (id, findRoom) => {
    if (opening.value) return;
    opening.value = id;
    try {
      window.location.assign(await findRoom());
    } catch (error) {
      sayFailed(error);
    }
    // Also when it went well: whoever comes back by the browser's own way finds the page as it was.
    opening.value = null;
  };
  const card = (plan) => html`
    <${PlanCard}
      key=${plan.id}
      plan=${plan}
      opening=${opening}
      onStart=${() => open(plan.id, () => openRoom(plan.id))}
      onChoose=${() => (chosen.value = plan)}
    />
  `;

  const head = html`
    <${ViewHead} title=${practiceWords.title}>
      <a class="button outline" href="/app/practice/new">${practiceWords.newPlan}</a>
    </${ViewHead}>
  `;
  // What stands above must be known first: what comes later would push the rest down.
  if (![upcoming, own].every(({ data, error }) => data.value !== undefined || error.value)) {
    return html`${head}<${Late}><${Skeleton} lines=${["w60", "w90", "w30", "w60", "w90"]} /></${Late}>`;
  }
  return html`
    ${head}
    <${UpcomingInterviews} upcoming=${upcoming} opening=${opening} onPractice=${(interview) => open(interview.id, () => roomForInterview(interview))} />
    <${Loaded} of=${own} skeleton=${null}>
      ${({ mock_interviews: all }) => {
        const plans = withoutRepeats(all);
        return (
          plans.length > 0 &&
          html`<section aria-labelledby="own-title">
            <h2 id="own-title">${practiceWords.own}</h2>
            <ul class="cards">${plans.map(card)}</ul>
          </section>`
        );
      }}
    </${Loaded}>
    <section aria-labelledby="ready-title">
      <h2 id="ready-title">${practiceWords.ready}</h2>
      <${Loaded} of=${templates} skeleton=${html`<${Skeleton} lines=${["w60", "w90", "w30", "w60", "w90"]} />`}>
        ${({ templates: all }) => html`<ul class="cards">${all.map(card)}</ul>`}
      </${Loaded}>
    </section>
    <${SessionList} />
    ${chosen.value && html`<${ChoiceSheet} plan=${chosen.value} onClose=${() => (chosen.value = null)} />`}
  `;
}
