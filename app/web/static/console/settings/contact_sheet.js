/** One contact, to be added or edited. */
import { callAsUser } from "../../lib/auth.js";
import { html } from "../../lib/ui.js";
import { settingsWords, words as shared } from "../../words/index.js";
import { changed } from "../data.js";
import { Field, Form } from "../fields.js";
import { say } from "../notices.js";
import { createQuietly } from "../position/writing.js";
import { Sheet } from "../sheet.js";

const words = settingsWords.contacts;
const FIELDS = [
  { name: "name" },
  { name: "company" },
  { name: "role" },
  { name: "email", type: "email" },
  { name: "phone", type: "tel" },
  { name: "profile_url", type: "url" },
  { name: "notes", rows: 4 },
];

/** @param {{contact: Record<string, any>, onClose: () => void}} props a contact without an id is a new one */
export function ContactSheet({ contact, onClose }) {
  const send = async (values) => {
    if (contact.id) await callAsUser("PATCH", `/api/v1/contacts/${contact.id}`, { body: values });
    else await createQuietly("/api/v1/contacts", values);
    onClose();
    say(shared.saved);
    void changed();
  };
  return html`
    <${Sheet} title=${contact.id ? words.edit(contact.name) : words.add} onClose=${onClose}>
      <${Form} onSend=${send} submit=${shared.save} also=${html`<button type="button" class="outline" onClick=${onClose}>${shared.cancel}</button>`}>
        ${(problems) =>
          FIELDS.map((field) => html`<${Field} key=${field.name} ...${field} label=${words.fields[field.name]} value=${contact[field.name] ?? ""} autocomplete="off" problem=${problems[field.name]} />`)}
      </${Form}>
    </${Sheet}>
  `;
}
