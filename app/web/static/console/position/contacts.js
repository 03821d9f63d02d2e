/** The people of a position: those that are known already are linked, others are added. */
import { html, useLayoutEffect, useRef, useSignal } from "../../lib/ui.js";
import { positionWords, words } from "../../words/index.js";
import { useResource } from "../data.js";
import { sayFailed } from "../notices.js";
import { ContactForm } from "./contact_form.js";
import { ContactRow } from "./contact_row.js";
import { useEditing } from "./editing.js";
import { update } from "../writing.js";

const HEADING = "position-contacts-title";

/** @param {{position: any}} props */
export function Contacts({ position: { id, company } }) {
  const contacts = useResource(`/api/v1/contacts?position_id=${id}&per_page=100`).data.value?.contacts ?? [];
  const editing = useEditing();
  return html`
    <section class="panel" aria-labelledby=${HEADING} ref=${editing.place} onKeyDown=${editing.onKeyDown}>
      <div class="position-panel-head">
        <h2 id=${HEADING} tabindex="-1">${positionWords.contacts}</h2>
        ${!editing.isOpen.value &&
        html`<button type="button" data-opens class="quiet" aria-label=${positionWords.addContact} onClick=${editing.open}>${words.add}</button>`}
      </div>
      ${contacts.length === 0 && !editing.isOpen.value && html`<p class="muted position-nothing">${positionWords.noContacts}</p>`}
      <ul class="position-entries">
        ${contacts.map((contact) => html`<li key=${contact.id}><${ContactRow} contact=${contact} positionId=${id} headingId=${HEADING} /></li>`)}
      </ul>
      ${editing.isOpen.value && html`<${AddContact} positionId=${id} company=${company} linked=${contacts} onClose=${editing.close} />`}
    </section>
  `;
}

function AddContact({ positionId, company, linked, onClose }) {
  const name = useSignal("");
  const isNew = useSignal(false);
  const form = useRef(/** @type {HTMLElement | null} */ (null));
  const sought = name.value.trim();
  const found = useResource(sought ? `/api/v1/contacts?search=${encodeURIComponent(sought)}&per_page=5` : null).data.value?.contacts ?? [];
  useLayoutEffect(() => {
    if (isNew.value) form.current?.querySelector("input")?.focus();
  }, [isNew.value]);
  if (isNew.value) {
    return html`<div ref=${form}><${ContactForm} positionId=${positionId} name=${sought} company=${company} onDone=${onClose} onCancel=${onClose} /></div>`;
  }
  const link = async ({ id, position_ids: ids }) => {
    try {
      await update(`/api/v1/contacts/${id}`, { position_ids: [...ids, positionId] });
      onClose();
    } catch (error) {
      sayFailed(error);
    }
  };
  const others = found.filter(({ id }) => !linked.some((contact) => contact.id === id));
  return html`
    <label>
      ${positionWords.who}
      <input autocomplete="off" value=${name.value} onInput=${(event) => (name.value = event.currentTarget.value)} />
    </label>
    <div class="actions">
      ${others.map(
        (contact) => html`
          <button key=${contact.id} type="button" class="small outline" onClick=${() => link(contact)}>
            ${positionWords.linkContact([contact.name, contact.role, contact.company].filter(Boolean).join(", "))}
          </button>
        `,
      )}
      <button type="button" class="small" onClick=${() => (isNew.value = true)}>${positionWords.newContact(sought)}</button>
      <button type="button" class="quiet" onClick=${onClose}>${words.cancel}</button>
    </div>
  `;
}
