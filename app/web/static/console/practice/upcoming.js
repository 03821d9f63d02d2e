/** The user's real interviews that are still to come, to practise for. */
import { html, useMemo } from "../../lib/ui.js";
import { interviewName, minutesText } from "../../lib/words.js";
import { practiceWords } from "../../words/index.js";
import { useResource } from "../data.js";
import { When } from "../dates.js";
import { Loaded, Skeleton } from "../states.js";

const SHOWN = 6;

/** Read the next interviews, the earliest first. */
export function useUpcoming() {
  const path = useMemo(() => {
    const query = new URLSearchParams({ outcome: "pending", from: new Date().toISOString(), per_page: String(SHOWN) });
    return `/api/v1/interviews?${query}`;
  }, []);
  return useResource(path);
}

/**
 * The next interviews; nothing at all if there are none.
 *
 * @param {{upcoming: import("../data.js").Resource<any>, opening: any, onPractice: (interview: any) => void}} props
 */
export function UpcomingInterviews({ upcoming, opening, onPractice }) {
  return html`
    <${Loaded} of=${upcoming} skeleton=${null}>
      ${({ interviews }) =>
        interviews.length > 0 &&
        html`<section aria-labelledby="upcoming-title">
          <h2 id="upcoming-title">${practiceWords.upcoming}</h2>
          <ul class="cards">
            ${interviews.map(
              (interview) =>
                html`<${InterviewCard} key=${interview.id} interview=${interview} opening=${opening} onPractice=${onPractice} />`,
            )}
          </ul>
        </section>`}
    </${Loaded}>
  `;
}

function InterviewCard({ interview, opening, onPractice }) {
  const position = useResource(`/api/v1/positions/${interview.position_id}`);
  const titleId = `interview-${interview.id}`;
  return html`
    <li>
      <${Loaded} of=${position} skeleton=${html`<${Skeleton} lines=${["w60", "w30", "w60", "w90"]} />`}>
        ${({ title, company }) => html`
          <article class="card" aria-labelledby=${titleId}>
            <div class="card-head">
              <h3 id=${titleId}><a href=${`/app/positions/${interview.position_id}`}>${title}</a></h3>
              ${interview.duration_minutes && html`<span class="minutes">${minutesText(interview.duration_minutes)}</span>`}
            </div>
            <p>${company}</p>
            <p class="kinds">${interviewName(interview.type)} · <${When} at=${interview.scheduled_date} /></p>
            <div class="practice-acts">
              <button
                type="button"
                aria-label=${practiceWords.practiseOf(title, company)}
                aria-busy=${opening.value === interview.id}
                aria-disabled=${opening.value !== null}
                onClick=${() => onPractice(interview)}
              >
                ${practiceWords.practise}
              </button>
            </div>
          </article>
        `}
      </${Loaded}>
    </li>
  `;
}
