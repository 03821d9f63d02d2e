/** The text of the posting, kept here also when the page is gone. */
import { html, useSignal } from "../../lib/ui.js";
import { positionWords, words } from "../../words/index.js";
import { Field, Form } from "../fields.js";
import { useTyped } from "../typed.js";
import { useEditing } from "./editing.js";
import { update } from "../writing.js";

const FOLDED_CHARACTERS = 700;
const FOLDED_LINES = 12;

/** @param {{position: any}} props */
export function Posting({ position: { id, description } }) {
  const text = description ?? "";
  const isWhole = useSignal(false);
  const typed = useTyped(`position.${id}.description`, { description: text });
  const editing = useEditing(typed.clear);
  const send = async (values) => {
    await update(`/api/v1/positions/${id}`, { description: values.description || null });
    typed.clear();
    editing.close();
  };
  const isLong = text.length > FOLDED_CHARACTERS || text.split("\n").length > FOLDED_LINES;
  return html`
    <section class="panel position-posting" aria-labelledby="position-posting-title" ref=${editing.place} onKeyDown=${editing.onKeyDown}>
      <div class="position-panel-head">
        <h2 id="position-posting-title">${positionWords.posting}</h2>
        ${!editing.isOpen.value &&
        html`<button
          type="button"
          data-opens
          class="quiet"
          aria-label=${text ? positionWords.editPosting : positionWords.addPosting}
          onClick=${editing.open}
        >
          ${text ? words.edit : words.add}
        </button>`}
      </div>
      ${editing.isOpen.value
        ? html`<${Form}
            submit=${words.save}
            onSend=${send}
            also=${html`<button type="button" class="quiet" onClick=${editing.putBack}>${words.cancel}</button>`}
          >
            ${(problems) => html`
              <${Field} ...${typed.field("description")} rows=${14} label=${positionWords.postingText} problem=${problems.description} />
            `}
          </${Form}>`
        : text
          ? html`
              <p id="position-posting-text" class=${`position-text${isLong && !isWhole.value ? " folded" : ""}`}>${text}</p>
              ${isLong &&
              html`<button
                type="button"
                class="quiet"
                aria-expanded=${String(isWhole.value)}
                aria-controls="position-posting-text"
                onClick=${() => (isWhole.value = !isWhole.value)}
              >
                ${isWhole.value ? positionWords.showLess : positionWords.showAll}
              </button>`}
            `
          : html`<p class="muted position-nothing">${positionWords.noPosting}</p>`}
    </section>
  `;
}
