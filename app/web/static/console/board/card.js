/** A position as a card: who, what, and the few facts that say whether something is to be done. */
import { html } from "../../lib/ui.js";
import { boardWords } from "../../words/index.js";
import { ageText, fullText, When } from "../dates.js";

/**
 * @param {object} props
 * @param {any} props.position
 * @param {string} [props.reason] why it needs attention
 * @param {(position: any) => void} props.onOpen
 */
export function Card({ position, reason, onOpen }) {
  const { id, company, title, location, last_activity_at: last, next_event: next, tags } = position;
  return html`
    <li class=${`board-card${reason ? " attention" : ""}`} data-id=${id}>
      <a class="board-link" href=${`/app/positions/${id}`}>
        <strong>${company}</strong>
        <span class="board-title">${title}</span>
      </a>
      <p class="board-facts">
        ${location && html`<span>${location}</span>`}
        <time dateTime=${last} title=${`${boardWords.lastActivity}: ${fullText(last)}`}>${ageText(last)}</time>
        ${next && html`<span class="board-next">${boardWords.next[next.kind]} <${When} at=${next.at ?? next.date} /></span>`}
      </p>
      ${tags.length > 0 && html`<p class="board-tags">${tags.join(", ")}</p>`}
      ${reason && html`<p class="board-reason">${reason}</p>`}
      <button type="button" class="quiet board-more" aria-haspopup="dialog" aria-label=${boardWords.actions(position)} onClick=${() => onOpen(position)}>
        <span aria-hidden="true">⋯</span>
      </button>
    </li>
  `;
}
