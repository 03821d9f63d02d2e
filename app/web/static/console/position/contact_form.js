/** A contact: who, and how to reach them. */
import { html } from "../../lib/ui.js";
import { positionWords, words } from "../../words/index.js";
import { Field, Form } from "../fields.js";
import { useTyped } from "../typed.js";
import { create, update } from "../writing.js";

const FIELDS = ["name", "role", "company", "email", "phone", "profile_url"];
const TYPES = { email: "email", phone: "tel", profile_url: "url" };

/**
 * @param {object} props
 * @param {string} props.positionId
 * @param {any} [props.contact] the one to change
 * @param {string} [props.name] of a new one
 * @param {string} [props.company] of a new one
 * @param {() => void} props.onDone
 * @param {() => void} props.onCancel
 */
export function ContactForm({ positionId, contact, name, company, onDone, onCancel }) {
  const typed = useTyped(`contact.${contact?.id ?? `of.${positionId}`}`, contact ?? { name, company });
  const send = async (values) => {
    const body = Object.fromEntries(Object.entries(values).map(([field, value]) => [field, value || null]));
    await (contact ? update(`/api/v1/contacts/${contact.id}`, body) : create("/api/v1/contacts", { ...body, position_ids: [positionId] }));
    typed.clear();
    onDone();
  };
  const cancel = () => {
    typed.clear();
    onCancel();
  };
  return html`
    <${Form}
      submit=${contact ? words.save : positionWords.addContact}
      onSend=${send}
      also=${html`<button type="button" class="quiet" onClick=${cancel}>${words.cancel}</button>`}
    >
      ${(problems) => html`
        <div class="position-pair">
          ${FIELDS.map(
            (field) => html`
              <${Field} key=${field} ...${typed.field(field)} type=${TYPES[field]} label=${positionWords.contactFields[field]} problem=${problems[field]} />
            `,
          )}
        </div>
        <${Field} ...${typed.field("notes")} rows=${2} label=${`${positionWords.contactFields.notes} (${words.optional})`} problem=${problems.notes} />
      `}
    </${Form}>
  `;
}
