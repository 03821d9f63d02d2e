/** All contacts, whichever position they belong to: found, added, edited, removed. */
import { callAsUser } from "../../lib/auth.js";
import { html, useRef, useSignal } from "../../lib/ui.js";
import { settingsWords, words as shared } from "../../words/index.js";
import { changed, patchKept, useResource } from "../data.js";
import { say, sayFailed } from "../notices.js";
import { query, setQuery } from "../router.js";
import { Empty, Loaded, Skeleton } from "../states.js";
import { ContactSheet } from "./contact_sheet.js";
import { Pages } from "./pages.js";
import { Part } from "./part.js";

const words = settingsWords.contacts;
const PATH = "/api/v1/contacts";

export function Contacts() {
  const search = query.value.get("search") ?? "";
  const page = query.value.get("page") ?? "1";
  const contacts = useResource(`${PATH}?per_page=50&page=${page}&search=${encodeURIComponent(search)}`);
  const open = useSignal(/** @type {any} */ (null));
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  const remove = async (contact) => {
    const putBack = patchKept(PATH, (data) => ("contacts" in data ? without(data, contact) : data));
    list.current?.focus();
    try {
      await callAsUser("DELETE", `${PATH}/${contact.id}`);
      say(words.removed(contact.name), () => restore(contact));
    } catch (error) {
      putBack();
      sayFailed(/** @type {Error} */ (error));
    }
    void changed();
  };
  const find = (event) => setQuery({ search: event.currentTarget.value, page: null });
  return html`
    <${Part} name="contacts" title=${words.title}>
      <div class="settings-bar">
        <input type="search" aria-label=${words.search} placeholder=${words.search} value=${search} onInput=${find} />
        <button type="button" class="outline" onClick=${() => (open.value = {})}>${words.add}</button>
      </div>
      <div ref=${list} tabindex="-1" class="settings-place">
        <${Loaded} of=${contacts} skeleton=${html`<${Skeleton} lines=${["w60", "w30", "w60", "w30"]} />`}>
          ${(data) => html`
            ${data.contacts.length === 0 && html`<${Nobody} isSearch=${Boolean(search)} />`}
            <ul class="settings-list">
              ${data.contacts.map(
                (contact) => html`<${Contact} key=${contact.id} contact=${contact} onEdit=${() => (open.value = contact)} onRemove=${() => remove(contact)} />`,
              )}
            </ul>
            <${Pages} of=${data} />
          `}
        </${Loaded}>
      </div>
      ${open.value && html`<${ContactSheet} contact=${open.value} onClose=${() => (open.value = null)} />`}
    </${Part}>
  `;
}

function Nobody({ isSearch }) {
  return isSearch ? html`<p class="muted">${words.none}</p>` : html`<${Empty} title=${words.empty}><p>${words.emptyText}</p></${Empty}>`;
}

function Contact({ contact, onEdit, onRemove }) {
  const { name, role, company, email, phone, profile_url: profile, position_ids: positions } = contact;
  return html`
    <li>
      <div>
        <strong>${name}</strong>
        <p class="muted">${[role, company, positions.length && words.positions(positions.length)].filter(Boolean).join(" · ")}</p>
        <p class="settings-ways">
          ${email && html`<a href=${`mailto:${email}`}>${email}</a>`}
          ${phone && html`<a href=${`tel:${phone.replace(/[^+\d]/g, "")}`}>${phone}</a>`}
          ${profile && html`<a href=${profile} target="_blank" rel="noopener noreferrer">${words.fields.profile_url}</a>`}
        </p>
      </div>
      <div class="actions">
        <button type="button" class="small outline" aria-label=${words.edit(name)} onClick=${onEdit}>${shared.edit}</button>
        <button type="button" class="small outline secondary" aria-label=${words.remove(name)} onClick=${onRemove}>${shared.remove}</button>
      </div>
    </li>
  `;
}

function without(data, { id }) {
  const contacts = data.contacts.filter((contact) => contact.id !== id);
  return contacts.length === data.contacts.length ? data : { ...data, contacts, total: data.total - 1 };
}

/** A removed contact comes back as a new one with the same words. */
async function restore({ id, created_at, updated_at, ...fields }) {
  await callAsUser("POST", PATH, { body: fields });
  await changed();
}
