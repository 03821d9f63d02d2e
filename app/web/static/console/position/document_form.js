/** A document of a position: a file, dropped or chosen, or the address of a page. */
import { html, useSignal } from "../../lib/ui.js";
import { documentKinds, positionWords } from "../../words/index.js";
import { Field, Form } from "../fields.js";
import { useTyped } from "../typed.js";
import { DropZone } from "./drop_zone.js";
import { create } from "../writing.js";

/** @param {{positionId: string, onDone: () => void}} props */
export function DocumentForm({ positionId, onDone }) {
  const isLink = useSignal(false);
  const typed = useTyped(`document.of.${positionId}`, { kind: "portfolio" });
  const send = async (values) => {
    await create("/api/v1/documents", { ...values, position_ids: [positionId] });
    typed.clear();
    onDone();
  };
  if (!isLink.value) {
    return html`
      <${DropZone} positionId=${positionId} />
      <button type="button" class="link position-link-instead" onClick=${() => (isLink.value = true)}>${positionWords.linkInstead}</button>
    `;
  }
  return html`
    <${Form}
      key=${typed.turn.value}
      submit=${positionWords.addDocument}
      onSend=${send}
      also=${html`<button type="button" class="quiet" onClick=${() => (isLink.value = false)}>${positionWords.fileInstead}</button>`}
    >
      ${(problems) => html`
        <${Field} ...${typed.field("url")} type="url" label=${positionWords.address} problem=${problems.url} />
        <div class="position-pair">
          <${Field} ...${typed.field("name")} label=${positionWords.name} problem=${problems.name} />
          <${Field} ...${typed.field("kind")} label=${positionWords.documentKind} options=${kindOptions()} problem=${problems.kind} />
        </div>
      `}
    </${Form}>
  `;
}

/** The kinds of documents to choose from. */
const kindOptions = () => Object.entries(documentKinds).map(([value, label]) => ({ value, label }));
