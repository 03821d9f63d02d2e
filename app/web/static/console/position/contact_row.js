/** A contact, with the ways to reach them. */
import { html } from "../../lib/ui.js";
import { positionWords, words } from "../../words/index.js";
import { deleteLater } from "../held_deletion.js";
import { Menu } from "../menu.js";
import { ContactForm } from "./contact_form.js";
import { focusHeading, useEditing } from "./editing.js";
import { unlink } from "./unlink.js";

/** @param {{contact: any, positionId: string, headingId: string}} props */
export function ContactRow({ contact, positionId, headingId }) {
  const editing = useEditing();
  const { name, role, company, email, phone, profile_url: profile, notes } = contact;
  if (editing.isOpen.value) {
    return html`
      <div class="position-entry-form" ref=${editing.place} onKeyDown=${editing.onKeyDown}>
        <${ContactForm} positionId=${positionId} contact=${contact} onDone=${editing.close} onCancel=${editing.close} />
      </div>
    `;
  }
  return html`
    <div class="position-entry" ref=${editing.place}>
      <div class="position-entry-text">
        <p class="position-entry-title">${name}</p>
        <p class="muted position-entry-facts">${[role, company].filter(Boolean).join(", ")}</p>
        <p class="position-reach">
          ${email && html`<a href=${`mailto:${email}`}>${email}</a>`}
          ${phone && html`<a href=${`tel:${phone.replace(/[^\d+]/g, "")}`}>${phone}</a>`}
          ${profile && html`<a href=${profile} target="_blank" rel="noreferrer noopener">${positionWords.profile}</a>`}
        </p>
        ${notes && html`<p class="position-text">${notes}</p>`}
      </div>
      <${Menu}
        label=${html`<span aria-hidden="true">⋯</span>`}
        name=${positionWords.moreOf(name)}
        class="quiet position-more"
        items=${[
          { label: words.edit, onChoose: editing.open },
          { label: positionWords.unlink, onChoose: () => unlink(`/api/v1/contacts/${contact.id}`, contact, positionId, headingId) },
          { label: positionWords.deleteContact, onChoose: () => erase(contact, headingId) },
        ]}
      />
    </div>
  `;
}

function erase({ id, name }, headingId) {
  deleteLater({
    paths: [`/api/v1/contacts/${id}`],
    text: positionWords.isDeleted(name),
    below: "/api/v1/contacts",
    without: (data) => ({ ...data, contacts: data.contacts.filter((contact) => contact.id !== id) }),
  });
  focusHeading(headingId);
}
