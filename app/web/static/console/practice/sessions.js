/** The user's practice sessions: live ones to go back to, past ones to read or to delete. */
import { callAsUser } from "../../lib/auth.js";
import { ConfirmDialog, Problem } from "../../lib/parts.js";
import { roomAddress } from "../../lib/room_access.js";
import { html, useEffect, useSignal } from "../../lib/ui.js";
import { dateText, stateName } from "../../lib/words.js";

const PATH = "/api/v1/sessions";
const PER_PAGE = 10;

/** The list, newest first, a page at a time. */
export function SessionList() {
  const sessions = useSignal([]);
  const hasMore = useSignal(false);
  const loaded = useSignal(false);
  const problem = useSignal("");
  const doomed = useSignal(null);

  // What is shown is asked for again as a whole: a page's borders move when a session is deleted.
  const show = async (count) => {
    try {
      const answer = await callAsUser("GET", `${PATH}?per_page=${Math.min(count, 100)}`);
      sessions.value = answer.sessions;
      hasMore.value = answer.has_next && count < 100;
      loaded.value = true;
      problem.value = "";
    } catch (error) {
      problem.value = error.message;
    }
  };
  useEffect(() => void show(PER_PAGE), []);

  const erase = async () => {
    const { id } = doomed.value;
    doomed.value = null;
    try {
      await callAsUser("DELETE", `${PATH}/${id}`);
      await show(Math.max(PER_PAGE, sessions.value.length));
    } catch (error) {
      problem.value = error.message;
    }
  };

  return html`
    <section aria-labelledby="sessions-title">
      <h2 id="sessions-title">Your sessions</h2>
      <${Problem} text=${problem.value} />
      ${loaded.value && sessions.value.length === 0 && html`<p class="muted">Nothing yet. Your first session will be listed here.</p>`}
      <ul class="sessions">
        ${sessions.value.map(
          (session) =>
            html`<${SessionRow} key=${session.id} session=${session} onDelete=${() => (doomed.value = session)} />`,
        )}
      </ul>
      ${hasMore.value &&
      html`<button type="button" class="secondary" onClick=${() => show(sessions.value.length + PER_PAGE)}>
        Show more
      </button>`}
      ${doomed.value &&
      html`<${ConfirmDialog}
        title="Delete this session?"
        text=${`“${doomed.value.title}” and everything that was said in it will be erased. This cannot be undone.`}
        yes="Delete"
        no="Keep it"
        onYes=${erase}
        onNo=${() => (doomed.value = null)}
      />`}
    </section>
  `;
}

function SessionRow({ session, onDelete }) {
  const isOver = session.ended_at !== null;
  const reading = isOver ? "Report" : "Transcript";
  return html`
    <li class="session">
      <div>
        <strong>${session.title}</strong>
        <span class="muted">${dateText(session.created_at)} · ${stateName(session.status)}</span>
      </div>
      <div class="actions">
        ${!isOver &&
        html`<a class="button small" href=${roomAddress(session.room_id)} aria-label=${`Go back to ${session.title}`}>
          Go back in
        </a>`}
        <a
          class="button small outline"
          href=${`/app/sessions/${session.id}`}
          aria-label=${`${reading} of ${session.title}`}
        >
          ${reading}
        </a>
        <button type="button" class="small outline secondary" aria-label=${`Delete ${session.title}`} onClick=${onDelete}>
          Delete
        </button>
      </div>
    </li>
  `;
}
