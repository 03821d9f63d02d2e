/** The documents that went to a position. */
import { html, useSignal } from "../../lib/ui.js";
import { documentKinds, positionWords, words } from "../../words/index.js";
import { useResource } from "../data.js";
import { deleteLater } from "../held_deletion.js";
import { Menu } from "../menu.js";
import { sayFailed } from "../notices.js";
import { sizeText } from "../sizes.js";
import { DocumentLink } from "./document_link.js";
import { DropZone } from "./drop_zone.js";
import { focusHeading } from "./editing.js";
import { unlink } from "./unlink.js";
import { update } from "../writing.js";

const HEADING = "position-documents-title";

/** @param {{id: string}} props */
export function Documents({ id }) {
  const documents = useResource(`/api/v1/documents?position_id=${id}&per_page=100`).data.value?.documents ?? [];
  return html`
    <section class="panel" aria-labelledby=${HEADING}>
      <h2 id=${HEADING} tabindex="-1">${positionWords.documents}</h2>
      <ul class="position-entries">
        ${documents.map((document) => html`<${DocumentRow} key=${document.id} document=${document} positionId=${id} />`)}
      </ul>
      <${KeptDocuments} positionId=${id} linked=${documents} />
      <details class="position-details">
        <summary>${positionWords.addFile}</summary>
        <${DropZone} positionId=${id} />
      </details>
    </section>
  `;
}

function DocumentRow({ document, positionId }) {
  const { id, name, kind, size_bytes: bytes } = document;
  const others = Object.keys(documentKinds).filter((other) => other !== kind);
  return html`
    <li>
      <div class="position-entry">
        <div class="position-entry-text">
          <${DocumentLink} document=${document} />
          <p class="muted position-entry-facts">${documentKinds[kind]}${bytes !== null && ` · ${sizeText(bytes)}`}</p>
        </div>
        <${Menu}
          label=${html`<span aria-hidden="true">⋯</span>`}
          name=${positionWords.moreOf(name)}
          class="quiet position-more"
          items=${[
            ...others.map((other) => ({
              label: positionWords.isA(documentKinds[other]),
              onChoose: () => update(`/api/v1/documents/${id}`, { kind: other }).catch(sayFailed),
            })),
            { label: positionWords.unlink, onChoose: () => unlink(`/api/v1/documents/${id}`, document, positionId, HEADING) },
            { label: positionWords.deleteDocument, onChoose: () => erase(document) },
          ]}
        />
      </div>
    </li>
  `;
}

/** Documents that are kept already: which CV went there? */
function KeptDocuments({ positionId, linked }) {
  const all = useResource("/api/v1/documents?per_page=100").data.value?.documents ?? [];
  const chosen = useSignal("");
  const others = all.filter((document) => !linked.some(({ id }) => id === document.id));
  if (others.length === 0) return null;
  const link = async () => {
    const document = others.find(({ id }) => id === chosen.value);
    if (!document) return;
    try {
      await update(`/api/v1/documents/${document.id}`, { position_ids: [...document.position_ids, positionId] });
      chosen.value = "";
    } catch (error) {
      sayFailed(error);
    }
  };
  return html`
    <div class="position-link-one">
      <label>
        ${positionWords.linkDocument}
        <select onChange=${(event) => (chosen.value = event.currentTarget.value)}>
          <option value="" selected=${!chosen.value}>${positionWords.choose}</option>
          ${others.map(({ id, name }) => html`<option key=${id} value=${id} selected=${id === chosen.value}>${name}</option>`)}
        </select>
      </label>
      <button type="button" class="outline" onClick=${link}>${words.add}</button>
    </div>
  `;
}

function erase({ id, name }) {
  deleteLater({
    paths: [`/api/v1/documents/${id}`],
    text: positionWords.isDeleted(name),
    below: "/api/v1/",
    without: (data, at) => {
      if (at.startsWith("/api/v1/documents")) return { ...data, documents: data.documents.filter((document) => document.id !== id) };
      return at.includes("/timeline?") ? { ...data, entries: data.entries.filter((entry) => entry.record.id !== id) } : data;
    },
  });
  focusHeading(HEADING);
}
