/** The calendar feed, as the calendar shows it. */
import { html } from "../../lib/ui.js";
import { settingsWords as words } from "../../words/index.js";
import { Elsewhere } from "./elsewhere.js";
import { Part } from "./part.js";

export function Feed() {
  return html`
    <${Part} name="feed" title=${words.feed.title}>
      <${Elsewhere} load=${() => import("../calendar/feed_panel.js")}>${({ FeedPanel }) => html`<${FeedPanel} />`}</${Elsewhere}>
    </${Part}>
  `;
}
