/** What a phone has under "More": the places that its bar has no room for. */
import { html } from "../lib/ui.js";
import { frame, words } from "../words/index.js";
import { leave } from "./frame.js";
import { Icon } from "./icons.js";
import { placeName } from "./places.js";
import { ViewHead } from "./view.js";

const PLACES = ["list", "calendar", "statistics", "import", "settings"];

/** The view. */
export function View() {
  return html`
    <${ViewHead} title=${words.more} />
    <ul class="more-places">
      ${PLACES.map((name) => html`<li key=${name}><a href=${`/app/${name}`}><${Icon} name=${name} /> ${placeName(name)}</a></li>`)}
    </ul>
    <button type="button" class="outline" onClick=${leave}>${frame.signOut}</button>
  `;
}
