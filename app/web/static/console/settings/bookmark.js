/** The bookmark that adds the page which somebody is looking at. */
import { html } from "../../lib/ui.js";
import { settingsWords } from "../../words/index.js";
import { say } from "../notices.js";
import { Elsewhere } from "./elsewhere.js";
import { Part } from "./part.js";

const words = settingsWords.bookmark;

export function Bookmark() {
  return html`
    <${Part} name="bookmark" title=${words.title} text=${words.text}>
      <${Elsewhere} load=${() => import("../add/bookmarklet.js")}>
        ${({ bookmarklet }) => html`<${Draggable} address=${bookmarklet()} />`}
      </${Elsewhere}>
    </${Part}>
  `;
}

function Draggable({ address }) {
  const explain = (event) => {
    event.preventDefault();
    say(words.drag);
  };
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(address);
      say(words.copied);
    } catch {
      say(words.notCopied);
    }
  };
  return html`
    <ol>
      <li>${words.drag} <a class="button outline settings-bookmark" href=${address} onClick=${explain}>${words.name}</a></li>
      <li>${words.open}</li>
      <li>${words.press}</li>
    </ol>
    <p class="muted">${words.without}</p>
    <button type="button" class="outline" onClick=${copy}>${words.copy}</button>
  `;
}
