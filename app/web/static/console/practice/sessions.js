/** The user's practice sessions: live ones to go back to, past ones with their scores to read or to delete. */
import { callAsUser } from "../../lib/auth.js";
import { ConfirmDialog } from "../../lib/parts.js";
import { roomAddress } from "../../lib/room_access.js";
import { html, useSignal } from "../../lib/ui.js";
import { stateName } from "../../lib/words.js";
import { practiceWords } from "../../words/index.js";
import { changed, useResource } from "../data.js";
import { When } from "../dates.js";
import { say, sayFailed } from "../notices.js";
import { Loaded, Skeleton } from "../states.js";

const PATH = "/api/v1/sessions";
const FIRST = 10;
const MOST = 100;

/** The list, newest first. What is shown is asked for as a whole: a page's borders move when a session is deleted. */
export function SessionList() {
  const count = useSignal(FIRST);
  const sessions = useResource(`${PATH}?per_page=${count.value}`);
  const figures = useResource("/api/v1/statistics/practice");
  const doomed = useSignal(null);
  const scores = new Map((figures.data.value?.scores ?? []).map((one) => [one.session_id, one]));

  const erase = async () => {
    const { id, title } = doomed.value;
    doomed.value = null;
    /** @type {HTMLElement | null} */ (document.getElementById("sessions-title"))?.focus();
    try {
      await callAsUser("DELETE", `${PATH}/${id}`);
      say(practiceWords.erased(title));
      await changed();
    } catch (error) {
      sayFailed(error);
    }
  };

  return html`
    <section aria-labelledby="sessions-title">
      <h2 id="sessions-title" tabindex="-1">${practiceWords.sessions}</h2>
      <${Loaded} of=${sessions} skeleton=${html`<${Skeleton} lines=${["w60", "w30", "w60", "w30"]} />`}>
        ${({ sessions: all, has_next: hasNext }) => html`
          ${all.length === 0 && html`<p class="muted">${practiceWords.noSessions}</p>`}
          <ul class="sessions">
            ${all.map(
              (session) =>
                html`<${SessionRow}
                  key=${session.id}
                  session=${session}
                  score=${scores.get(session.id)}
                  onDelete=${() => (doomed.value = session)}
                />`,
            )}
          </ul>
          ${hasNext &&
          count.value < MOST &&
          html`<button type="button" class="secondary" onClick=${() => (count.value = Math.min(MOST, count.value + FIRST))}>
            ${practiceWords.showMore}
          </button>`}
        `}
      </${Loaded}>
      ${doomed.value &&
      html`<${ConfirmDialog}
        title=${practiceWords.eraseTitle}
        text=${practiceWords.eraseText(doomed.value.title)}
        yes=${practiceWords.erase}
        no=${practiceWords.keepIt}
        onYes=${erase}
        onNo=${() => (doomed.value = null)}
      />`}
    </section>
  `;
}

function SessionRow({ session, score, onDelete }) {
  const isOver = session.ended_at !== null;
  const reading = isOver ? practiceWords.report : practiceWords.transcript;
  return html`
    <li class="session">
      <div>
        <strong>${session.title}</strong>
        <span class="muted"><${When} at=${session.created_at} /> · ${stateName(session.status)}</span>
      </div>
      <${Score} score=${score} />
      <div class="actions">
        ${!isOver &&
        html`<a class="button small" href=${roomAddress(session.room_id)} aria-label=${practiceWords.goBackTo(session.title)}>
          ${practiceWords.goBack}
        </a>`}
        <a class="button small outline" href=${`/app/sessions/${session.id}`} aria-label=${practiceWords.readingOf(reading, session.title)}>
          ${reading}
        </a>
        <button type="button" class="small outline secondary" aria-label=${practiceWords.eraseOf(session.title)} onClick=${onDelete}>
          ${practiceWords.erase}
        </button>
      </div>
    </li>
  `;
}

/** The model's score, or else one's own; nothing where nobody has judged enough. */
function Score({ score }) {
  const byModel = score?.score ?? null;
  const value = byModel ?? score?.self_score ?? null;
  if (value === null) return null;
  const text = practiceWords.score(Math.round(value));
  return html`<p class="practice-score"><span class="tabular">${text}</span> <small>${byModel === null ? practiceWords.byYou : practiceWords.byModel}</small></p>`;
}
