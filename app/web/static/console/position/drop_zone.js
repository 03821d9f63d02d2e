/** A place for files: dropped or chosen, sent one after the other. */
import { callAsUser } from "../../lib/auth.js";
import { Problem } from "../../lib/parts.js";
import { html, useId, useSignal } from "../../lib/ui.js";
import { positionWords } from "../../words/index.js";
import { changed } from "../data.js";
import { say } from "../notices.js";

const MIB = 1024 * 1024;
/** @type {Array<[string, RegExp]>} */
const KINDS = [
  ["cover_letter", /cover|anschreiben|motivation/i],
  ["cv", /\bcv\b|resume|résumé|lebenslauf|(?:^|[\W_])cv(?:[\W_]|$)/i],
  ["portfolio", /portfolio/i],
];

/** What the server takes. */
const maxBytes = Number(/** @type {HTMLMetaElement} */ (document.querySelector('meta[name="max-document-bytes"]')).content);

/** @param {{positionId: string}} props */
export function DropZone({ positionId }) {
  const limitsId = useId();
  const isOver = useSignal(false);
  const sending = useSignal(/** @type {{name: string, share: number} | null} */ (null));
  const problem = useSignal("");
  const take = async (files) => {
    if (sending.value) return;
    problem.value = "";
    for (const file of /** @type {File[]} */ ([...files])) {
      sending.value = { name: file.name, share: 0 };
      try {
        await send(file, positionId, (share) => (sending.value = { name: file.name, share }));
        say(positionWords.uploaded(file.name));
      } catch (error) {
        problem.value = positionWords.notUploaded(file.name, [error.message, ...Object.values(error.fields ?? {})].join(" "));
      }
    }
    sending.value = null;
    await changed();
  };
  const drop = (event) => {
    event.preventDefault();
    isOver.value = false;
    void take(event.dataTransfer.files);
  };
  const choose = ({ currentTarget: input }) => {
    void take(input.files);
    // The same file may be chosen again.
    input.value = "";
  };
  const over = (event) => {
    event.preventDefault();
    isOver.value = true;
  };
  return html`
    <div class=${`position-drop${isOver.value ? " over" : ""}`} onDragOver=${over} onDragLeave=${() => (isOver.value = false)} onDrop=${drop}>
      <label>
        ${positionWords.drop}
        <input type="file" multiple aria-describedby=${limitsId} onChange=${choose} />
      </label>
      <small id=${limitsId} class="muted">${positionWords.limits(Math.floor((maxBytes / MIB) * 10) / 10)}</small>
      <div role="status">
        ${sending.value &&
        html`<p>${positionWords.uploading(sending.value.name)}</p>
          <progress value=${sending.value.share} max="1" aria-label=${positionWords.uploading(sending.value.name)}></progress>`}
      </div>
      <${Problem} text=${problem.value} />
    </div>
  `;
}

async function send(file, positionId, onProgress) {
  // A server that refuses by the length hangs up, which looks like no network.
  if (file.size > maxBytes) throw new Error(positionWords.tooLarge);
  const body = new FormData();
  body.append("file", file);
  body.append("kind", kindOf(file.name));
  body.append("position_ids", positionId);
  await callAsUser("POST", "/api/v1/documents", { body, onProgress });
}

function kindOf(name) {
  return KINDS.find(([, pattern]) => pattern.test(name))?.[0] ?? "other";
}
