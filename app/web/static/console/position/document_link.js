/** A document to open: a file of the user's, or a page elsewhere. */
import { html } from "../../lib/ui.js";
import { sayFailed } from "../notices.js";
import { saveAnswer } from "../save_answer.js";

/** @param {{document: any}} props */
export function DocumentLink({ document: { id, name, url, file_name: fileName } }) {
  if (url) return html`<a href=${url} target="_blank" rel="noreferrer noopener">${name}</a>`;
  const save = () => saveAnswer(`/api/v1/documents/${id}/file`, fileName ?? name).catch(sayFailed);
  return html`<button type="button" class="link position-file" onClick=${save}>${name}</button>`;
}
