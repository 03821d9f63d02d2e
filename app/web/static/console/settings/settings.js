/** Settings: the account, how things look, what is shared with other programs, and everything that is kept. */
import { html, useLayoutEffect, useRef } from "../../lib/ui.js";
import { settingsWords as words } from "../../words/index.js";
import { query } from "../router.js";
import { ViewHead } from "../view.js";
import { Appearance } from "./appearance.js";
import { Bookmark } from "./bookmark.js";
import { Contacts } from "./contacts.js";
import { Documents } from "./documents.js";
import { Erasure } from "./erasure.js";
import { Feed } from "./feed.js";
import { Logins } from "./logins.js";
import { Password } from "./password.js";
import { Profile } from "./profile.js";
import { Takeout } from "./takeout.js";

/** The parts by what stands behind `part` in the address. */
const PARTS = {
  you: [Profile, Appearance],
  security: [Password, Logins],
  sharing: [Feed, Bookmark],
  contacts: [Contacts],
  documents: [Documents],
  data: [Takeout, Erasure],
};

/** The view. */
export function View() {
  const wanted = query.value.get("part") ?? "";
  const part = Object.hasOwn(PARTS, wanted) ? wanted : "you";
  const place = useRef(/** @type {HTMLElement | null} */ (null));
  const shown = useRef(part);
  useLayoutEffect(() => {
    if (shown.current === part) return;
    shown.current = part;
    /** @type {HTMLElement | null | undefined} */ (place.current?.querySelector("h2"))?.focus();
  }, [part]);
  return html`
    <${ViewHead} title=${words.title} />
    <div class="settings">
      <nav class="settings-parts" aria-label=${words.parts}>
        <ul>
          ${Object.keys(PARTS).map(
            (name) => html`
              <li key=${name}>
                <a href=${`/app/settings${name === "you" ? "" : `?part=${name}`}`} aria-current=${name === part ? "page" : undefined}>${words.part[name]}</a>
              </li>
            `,
          )}
        </ul>
      </nav>
      <div class="settings-part" key=${part} ref=${place}>
        ${PARTS[part].map((Part) => html`<${Part} />`)}
      </div>
    </div>
  `;
}
