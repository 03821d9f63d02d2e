/** The feed's new address, and how calendar programs take it. */
import { html, useRef, useSignal } from "../../lib/ui.js";
import { calendarWords } from "../../words/index.js";
import { say } from "../notices.js";

const feedWords = calendarWords.feed;
// Google and Outlook read a feed from their own machines.
const AT_HOME = /^(localhost|127\.|10\.|192\.168\.|\[|[^.]+$)|\.(local|lan|home|internal)$/;

/** @param {{url: string}} props */
export function FeedAddress({ url }) {
  const withTasks = useSignal(false);
  const field = useRef(/** @type {HTMLInputElement | null} */ (null));
  const address = withTasks.value ? `${url}&tasks=true` : url;
  const copy = async () => {
    field.current?.select();
    try {
      await navigator.clipboard.writeText(address);
      say(feedWords.copied);
    } catch {
      // Without HTTPS a page may not write to the clipboard; the address is selected.
      say(feedWords.selected);
    }
  };
  return html`
    <p class="calendar-once">${feedWords.once}</p>
    <label>
      ${feedWords.address}
      <input ref=${field} readonly value=${address} onFocus=${(event) => event.currentTarget.select()} />
    </label>
    <label class="calendar-check">
      <input type="checkbox" checked=${withTasks.value} onChange=${(event) => (withTasks.value = event.currentTarget.checked)} />
      ${feedWords.withTasks}
    </label>
    <div class="actions">
      <button type="button" onClick=${copy}>${feedWords.copy}</button>
      <a class="button outline" href=${address.replace(/^https?:/, "webcal:")}>${feedWords.openHere}</a>
    </div>
    <dl class="calendar-programs">
      ${feedWords.programs.map(({ name, how }) => html`<div key=${name}><dt>${name}</dt><dd>${how}</dd></div>`)}
    </dl>
    ${AT_HOME.test(new URL(url).hostname) && html`<p class="muted">${feedWords.atHome}</p>`}
  `;
}
