/** The user's real interviews that are still to come, to practise for. */
import { callAsUser } from "../../lib/auth.js";
import { Problem } from "../../lib/parts.js";
import { html, useEffect, useSignal } from "../../lib/ui.js";
import { dateText, interviewName, minutesText } from "../../lib/words.js";

const SHOWN = 6;

// Plans that were made on this page by the interview's id: if no room can be had just now, the next try needs no other.
const made = new Map();

/** Make a plan for an interview, and return the plan's id. */
export async function planFor(interviewId) {
  if (!made.has(interviewId)) {
    const plan = await callAsUser("POST", `/api/v1/interviews/${interviewId}/practice`);
    made.set(interviewId, plan.id);
  }
  return made.get(interviewId);
}

/** The next interviews, the earliest first; nothing at all if there are none. */
export function UpcomingInterviews({ opening, onPractice }) {
  const interviews = useSignal([]);
  const problem = useSignal("");

  useEffect(() => {
    const load = async () => {
      try {
        interviews.value = await findUpcoming();
      } catch (error) {
        problem.value = error.message;
      }
    };
    load();
  }, []);

  return html`
    <${Problem} text=${problem.value} />
    ${interviews.value.length > 0 &&
    html`<section aria-labelledby="upcoming-title">
      <h2 id="upcoming-title">Practise for a real interview</h2>
      <ul class="cards">
        ${interviews.value.map(
          (interview) =>
            html`<${InterviewCard} key=${interview.id} interview=${interview} opening=${opening} onPractice=${onPractice} />`,
        )}
      </ul>
    </section>`}
  `;
}

/** Return the next interviews, each with its `position`. */
async function findUpcoming() {
  const query = new URLSearchParams({ outcome: "pending", from: new Date().toISOString(), per_page: String(SHOWN) });
  const { interviews } = await callAsUser("GET", `/api/v1/interviews?${query}`);
  const ids = [...new Set(interviews.map((interview) => interview.position_id))];
  const positions = await Promise.all(ids.map((id) => callAsUser("GET", `/api/v1/positions/${id}`)));
  const byId = new Map(positions.map((position) => [position.id, position]));
  return interviews.map((interview) => ({ ...interview, position: byId.get(interview.position_id) }));
}

function InterviewCard({ interview, opening, onPractice }) {
  const { title, company } = interview.position;
  const titleId = `interview-${interview.id}`;
  return html`
    <li>
      <article class="card" aria-labelledby=${titleId}>
        <div class="card-head">
          <h3 id=${titleId}>${title}</h3>
          ${interview.duration_minutes && html`<span class="minutes">${minutesText(interview.duration_minutes)}</span>`}
        </div>
        <p>${company}</p>
        <p class="kinds">
          ${interviewName(interview.type)} · <time datetime=${interview.scheduled_date}>${dateText(interview.scheduled_date)}</time>
        </p>
        <button
          type="button"
          aria-label=${`Practise this interview: ${title} at ${company}`}
          aria-busy=${opening.value === interview.id}
          disabled=${opening.value !== null}
          onClick=${() => onPractice(interview)}
        >
          Practise this interview
        </button>
      </article>
    </li>
  `;
}
