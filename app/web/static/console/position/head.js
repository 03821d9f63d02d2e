/** What the position is called, and what can be done with it as a whole. */
import { html, useLayoutEffect, useRef } from "../../lib/ui.js";
import { positionWords } from "../../words/index.js";
import { remove } from "../changes/change_positions.js";
import { onKeys } from "../keys.js";
import { Menu } from "../menu.js";
import { say, sayFailed } from "../notices.js";
import { go } from "../router.js";
import { ViewHead } from "../view.js";
import { update } from "../writing.js";

/** @param {{position: any}} props */
export function PositionHead({ position }) {
  const current = useRef(position);
  current.current = position;
  useLayoutEffect(() => onKeys({ e: () => void archive(current.current) }), []);
  const archiving = position.archived ? positionWords.unarchive : positionWords.archive;
  return html`
    <${ViewHead} title=${position.title}>
      <${Menu}
        label=${html`<span aria-hidden="true">⋯</span>`}
        name=${positionWords.moreOf(position.title)}
        class="quiet position-more"
        items=${[
          { label: archiving, onChoose: () => archive(position) },
          { label: positionWords.delete, onChoose: () => erase(position) },
        ]}
      />
    </${ViewHead}>
    <p class="position-company">
      <strong>${position.company}</strong>
      ${position.location && html`<span class="muted"> · ${position.location}</span>`}
      ${position.archived && html`<span class="position-archived">${positionWords.archived}</span>`}
    </p>
  `;
}

async function archive({ id, title, archived }) {
  const path = `/api/v1/positions/${id}`;
  try {
    await update(path, { archived: !archived });
    say(archived ? positionWords.isUnarchived(title) : positionWords.isArchived(title), () => update(path, { archived }));
  } catch (error) {
    sayFailed(error);
  }
}

function erase(position) {
  go("/app/list");
  remove([position]);
}
