/** What can be practised: the ready-made interviews and the user's own. */
import { call } from "../../lib/api.js";
import { callAsUser } from "../../lib/auth.js";
import { Problem } from "../../lib/parts.js";
import { openRoom } from "../../lib/room_access.js";
import { html, useEffect, useSignal } from "../../lib/ui.js";
import { minutesText, phaseName } from "../../lib/words.js";
import { ViewHead } from "../view.js";
import { SessionList } from "./sessions.js";
import { planFor, UpcomingInterviews } from "./upcoming.js";

const OWN_PLANS = "/api/v1/mock-interviews?per_page=100";
const TEMPLATES = "/api/v1/mock-interviews/templates";

/** The view. */
export function View() {
  return html`<${PlanChoice} /><${SessionList} />`;
}

/** Cards of every plan; one click on a card's button opens a room for it. */
function PlanChoice() {
  const templates = useSignal([]);
  const own = useSignal([]);
  const problem = useSignal("");
  const opening = useSignal(null);

  useEffect(() => {
    const load = async () => {
      try {
        const [ready, saved] = await Promise.all([call("GET", TEMPLATES), callAsUser("GET", OWN_PLANS)]);
        templates.value = ready.templates;
        own.value = saved.mock_interviews;
      } catch (error) {
        problem.value = error.message;
      }
    };
    load();
  }, []);

  const open = async (id, findPlanId) => {
    opening.value = id;
    problem.value = "";
    try {
      window.location.assign(await openRoom(await findPlanId()));
    } catch (error) {
      problem.value = error.message;
      opening.value = null;
    }
  };
  const start = ({ id }) => open(id, () => id);
  const practice = ({ id }) => open(id, () => planFor(id));
  const cards = (plans) => html`
    <ul class="cards">
      ${plans.map((plan) => html`<${PlanCard} key=${plan.id} plan=${plan} opening=${opening} onStart=${start} />`)}
    </ul>
  `;

  return html`
    <${ViewHead} title="What would you like to practise?" />
    <${Problem} text=${problem.value} />
    <${UpcomingInterviews} opening=${opening} onPractice=${practice} />
    ${own.value.length > 0 &&
    html`<section aria-labelledby="own-title">
      <h2 id="own-title">Your own interviews</h2>
      ${cards(own.value)}
    </section>`}
    <section aria-labelledby="ready-title">
      <h2 id="ready-title">Ready-made interviews</h2>
      ${cards(templates.value)}
    </section>
  `;
}

function PlanCard({ plan, opening, onStart }) {
  const kinds = [...new Set(plan.question_types.map(phaseName))].join(" · ");
  const titleId = `plan-${plan.id}`;
  return html`
    <li>
      <article class="card" aria-labelledby=${titleId}>
        <div class="card-head">
          <h3 id=${titleId}>${plan.title}</h3>
          <span class="minutes">${minutesText(plan.minutes)}</span>
        </div>
        ${plan.description && html`<p>${plan.description}</p>`}
        <p class="kinds">${kinds}</p>
        <button
          type="button"
          aria-label=${`Start ${plan.title}`}
          aria-busy=${opening.value === plan.id}
          disabled=${opening.value !== null}
          onClick=${() => onStart(plan)}
        >
          Start
        </button>
      </article>
    </li>
  `;
}
