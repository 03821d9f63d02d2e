/** One contact, to be added or edited. */
import { html } from "../../lib/ui.js";
import { settingsWords, words as shared } from "../../words/index.js";
import { Field, Form } from "../fields.js";
import { say } from "../notices.js";
import { Sheet } from "../sheet.js";
import { useTyped } from "../typed.js";
import { create, update } from "../writing.js";

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
  const typed = useTyped(`contact.${contact.id ?? "new"}`, contact);
  const send = async (values) => {
    await (contact.id ? update(`/api/v1/contacts/${contact.id}`, values) : create("/api/v1/contacts", values));
    typed.clear();
    onClose();
    say(shared.saved);
  };
  const cancel = () => {
    typed.clear();
    onClose();
  };
  return html`
    <${Sheet} title=${contact.id ? words.edit(contact.name) : words.add} onClose=${onClose}>
      <${Form} onSend=${send} submit=${shared.save} also=${html`<button type="button" class="outline" onClick=${cancel}>${shared.cancel}</button>`}>
        ${(problems) =>
          FIELDS.map((field) => html`<${Field} key=${field.name} ...${field} ...${typed.field(field.name)} label=${words.fields[field.name]} autocomplete="off" problem=${problems[field.name]} />`)}
      </${Form}>
    </${Sheet}>
  `;
}
