/** All keys, on a sheet that `?` opens. */
import { html, signal } from "../lib/ui.js";
import { keyWords } from "../words/index.js";
import { placeName, rail } from "./places.js";
import { Sheet } from "./sheet.js";

/** Whether it is open. */
export const keysSheet = signal(false);

/** The sheet. */
export function KeysSheet() {
  /** @type {Array<[string[], string]>} */
  const rows = [
    ...rail.map(({ name, key }) => /** @type {[string[], string]} */ ([["g", key], `${keyWords.go} ${placeName(name)}`])),
    [["/"], keyWords.search],
    [["n"], keyWords.add],
    [["j", "k"], keyWords.next],
    [["h", "l"], keyWords.columns],
    [[keyWords.enter], keyWords.open],
    [["m"], keyWords.move],
    [["e"], keyWords.archive],
    [["t"], keyWords.today],
    [["a"], keyWords.addToDay],
    [["1", "2", "3"], keyWords.verdicts],
    [[keyWords.ctrl, "Z"], keyWords.undo],
    [["?"], keyWords.help],
  ];
  return html`
    <${Sheet} title=${keyWords.title} onClose=${() => (keysSheet.value = false)}>
      <dl class="keys">
        ${rows.map(
          ([keys, text]) => html`<div key=${text}><dt>${keys.map((key) => html`<kbd>${key}</kbd> `)}</dt><dd>${text}</dd></div>`,
        )}
      </dl>
    </${Sheet}>
  `;
}
