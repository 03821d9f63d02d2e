/** A note of a position, edited and deleted where it stands. */
import { html } from "../../lib/ui.js";
import { positionWords, words } from "../../words/index.js";
import { deleteLater } from "../held_deletion.js";
import { Menu } from "../menu.js";
import { focusHeading, useEditing } from "./editing.js";
import { NoteForm } from "./note_form.js";

/** @param {{note: any, headingId: string}} props */
export function NoteEntry({ note, headingId }) {
  const editing = useEditing();
  if (editing.isOpen.value) {
    return html`
      <div class="position-entry-form" ref=${editing.place} onKeyDown=${editing.onKeyDown}>
        <${NoteForm} positionId=${note.position_id} note=${note} onDone=${editing.close} onCancel=${editing.close} />
      </div>
    `;
  }
  return html`
    <div class="position-entry" ref=${editing.place}>
      <p class="position-text position-entry-text">${note.text}</p>
      <${Menu}
        label=${html`<span aria-hidden="true">⋯</span>`}
        name=${positionWords.moreOf(positionWords.note)}
        class="quiet position-more"
        items=${[
          { label: words.edit, onChoose: editing.open },
          { label: positionWords.deleteNote, onChoose: () => erase(note, headingId) },
        ]}
      />
    </div>
  `;
}

function erase({ id, position_id: positionId }, headingId) {
  deleteLater({
    paths: [`/api/v1/notes/${id}`],
    text: positionWords.noteDeleted,
    below: `/api/v1/positions/${positionId}/timeline`,
    without: (data) => ({ ...data, entries: data.entries.filter((entry) => entry.record.id !== id) }),
  });
  focusHeading(headingId);
}
