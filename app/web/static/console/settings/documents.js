/** All documents, how much room they take, and the way to be rid of them. */
import { callAsUser } from "../../lib/auth.js";
import { ConfirmDialog } from "../../lib/parts.js";
import { saveFile } from "../../lib/save_file.js";
import { html, useRef, useSignal } from "../../lib/ui.js";
import { settingsWords, words as shared } from "../../words/index.js";
import { changed, patchKept, useResource } from "../data.js";
import { say, sayFailed } from "../notices.js";
import { When } from "../dates.js";
import { query } from "../router.js";
import { sizeText } from "../sizes.js";
import { Empty, Loaded, Skeleton } from "../states.js";
import { Pages } from "./pages.js";
import { Part } from "./part.js";

const words = settingsWords.documents;
const PATH = "/api/v1/documents";

export function Documents() {
  const page = query.value.get("page") ?? "1";
  const documents = useResource(`${PATH}?per_page=50&page=${page}`);
  const doomed = useSignal(/** @type {any} */ (null));
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  const leave = () => {
    doomed.value = null;
    list.current?.focus();
  };
  const remove = async (document) => {
    leave();
    const putBack = patchKept(PATH, (data) => ("documents" in data ? without(data, document) : data));
    try {
      await callAsUser("DELETE", `${PATH}/${document.id}`);
      say(words.removed(document.name));
    } catch (error) {
      putBack();
      sayFailed(/** @type {Error} */ (error));
    }
    void changed();
  };
  return html`
    <${Part} name="documents" title=${words.title}>
      <div ref=${list} tabindex="-1" class="settings-place">
        <${Loaded} of=${documents} skeleton=${html`<${Skeleton} lines=${["w60", "w30", "w60", "w30"]} />`}>
          ${(data) => html`
            ${data.total === 0
              ? html`<${Empty} title=${words.empty}><p>${words.emptyText}</p></${Empty}>`
              : html`<${Used} used=${data.stored_bytes} most=${data.max_stored_bytes} />`}
            <ul class="settings-list">
              ${data.documents.map((document) => html`<${DocumentRow} key=${document.id} document=${document} onRemove=${() => (doomed.value = document)} />`)}
            </ul>
            <${Pages} of=${data} />
          `}
        </${Loaded}>
      </div>
      ${doomed.value &&
      html`<${ConfirmDialog}
        title=${words.question(doomed.value.name)}
        text=${words.questionText}
        yes=${words.removeShort}
        no=${shared.keep}
        onYes=${() => remove(doomed.value)}
        onNo=${leave}
      />`}
    </${Part}>
  `;
}

function Used({ used, most }) {
  return html`
    <p class="tabular">${words.used(sizeText(used), sizeText(most))}</p>
    <progress value=${used} max=${most} aria-label=${words.title}></progress>
  `;
}

function DocumentRow({ document, onRemove }) {
  const { name, kind, size_bytes: size, url, created_at: at, position_ids: positions } = document;
  return html`
    <li>
      <div>
        <strong>${name}</strong>
        <p class="muted">
          ${[words.kinds[kind], size !== null && sizeText(size), words.positions(positions.length)].filter(Boolean).join(" · ")} · <${When} at=${at} />
        </p>
      </div>
      <div class="actions">
        ${url
          ? html`<a class="button small outline" href=${url} target="_blank" rel="noopener noreferrer" aria-label=${words.open(name)}>${words.openShort}</a>`
          : html`<${Download} document=${document} />`}
        <button type="button" class="small outline secondary" aria-label=${words.remove(name)} onClick=${onRemove}>${words.removeShort}</button>
      </div>
    </li>
  `;
}

function Download({ document: { id, name, file_name: fileName } }) {
  const isBusy = useSignal(false);
  const download = async () => {
    if (isBusy.value) return;
    isBusy.value = true;
    try {
      saveFile(await callAsUser("GET", `${PATH}/${id}/file`, { asBlob: true }), fileName ?? name);
    } catch (error) {
      sayFailed(/** @type {Error} */ (error));
    }
    isBusy.value = false;
  };
  return html`
    <button type="button" class="small outline" aria-busy=${isBusy.value ? "true" : "false"} aria-label=${words.download(name)} onClick=${download}>
      ${words.downloadShort}
    </button>
  `;
}

function without(data, { id, size_bytes: size }) {
  const documents = data.documents.filter((document) => document.id !== id);
  if (documents.length === data.documents.length) return data;
  return { ...data, documents, total: data.total - 1, stored_bytes: data.stored_bytes - (size ?? 0) };
}
