/** All that happened with a position, the newest first, a page at a time. */
import { html, useSignal } from "../../lib/ui.js";
import { positionWords } from "../../words/index.js";
import { useResource } from "../data.js";
import { Loaded, Skeleton } from "../states.js";
import { TimelineEntry } from "./timeline_entry.js";
import { isAhead } from "./interview_entry.js";

const PER_PAGE = 20;
const HEADING = "position-timeline-title";

/** @param {{position: any}} props */
export function Timeline({ position }) {
  return html`
    <section class="position-timeline" aria-labelledby=${HEADING}>
      <h2 id=${HEADING} tabindex="-1">${positionWords.timeline}</h2>
      <${TimelinePage} position=${position} after="" />
    </section>
  `;
}

function TimelinePage({ position, after }) {
  const query = new URLSearchParams({ per_page: String(PER_PAGE), ...(after && { after }) });
  const page = useResource(`/api/v1/positions/${position.id}/timeline?${query}`);
  const isFollowed = useSignal(false);
  return html`
    <${Loaded} of=${page} skeleton=${html`<${Skeleton} />`}>
      ${({ entries, next }) => html`
        <ul class="position-entries">
          ${entries
            // What lies ahead stands above.
            .filter(({ kind, record }) => kind !== "interview" || !isAhead(record))
            .map((entry) => html`<${TimelineEntry} key=${keyOf(entry)} entry=${entry} position=${position} headingId=${HEADING} />`)}
        </ul>
        ${next &&
        (isFollowed.value
          ? html`<${TimelinePage} position=${position} after=${next} />`
          : html`<button type="button" class="outline secondary" onClick=${() => (isFollowed.value = true)}>${positionWords.earlier}</button>`)}
      `}
    </${Loaded}>
  `;
}

const keyOf = ({ kind, at, record }) => `${kind} ${record.id ?? `${at} ${record.to_status} ${record.recorded_at}`}`;
