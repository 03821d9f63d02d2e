/** Where the person is signed in, and the way to end any other of these logins. */
import { callAsUser } from "../../lib/auth.js";
import { html, useRef } from "../../lib/ui.js";
import { settingsWords } from "../../words/index.js";
import { changed, patchKept, useResource } from "../data.js";
import { When } from "../dates.js";
import { say, sayFailed } from "../notices.js";
import { Loaded, Skeleton } from "../states.js";
import { browserOf } from "./browser_name.js";
import { Part } from "./part.js";

const words = settingsWords.logins;
const LIST = "/api/v1/auth/logins?per_page=100";

export function Logins() {
  const logins = useResource(LIST);
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  const end = async (ended) => {
    const isOver = (login) => ended.includes(login);
    const putBack = patchKept("/api/v1/auth/logins", (data) => ({ ...data, logins: data.logins.filter((login) => !isOver(login)) }));
    list.current?.focus();
    try {
      for (const { id } of ended) await callAsUser("DELETE", `/api/v1/auth/logins/${id}`);
      say(words.ended(ended.length));
    } catch (error) {
      putBack();
      sayFailed(/** @type {Error} */ (error));
    }
    void changed();
  };
  return html`
    <${Part} name="logins" title=${words.title} text=${words.text}>
      <${Loaded} of=${logins} skeleton=${html`<${Skeleton} lines=${["w60", "w30", "w60", "w30"]} />`}>
        ${({ logins: all }) => {
          const others = all.filter(({ current }) => !current);
          return html`
            <ul class="settings-list" ref=${list} tabindex="-1" aria-label=${words.title}>
              ${all.map((login) => html`<${Login} key=${login.id} login=${login} onEnd=${() => end([login])} />`)}
            </ul>
            ${others.length > 1 && html`<button type="button" class="outline" onClick=${() => end(others)}>${words.endOthers(others.length)}</button>`}
          `;
        }}
      </${Loaded}>
    </${Part}>
  `;
}

function Login({ login, onEnd }) {
  const name = browserOf(login.user_agent) || words.unknown;
  return html`
    <li>
      <div>
        <strong title=${login.user_agent}>${name}</strong>${login.current && ` · ${words.current}`}
        <p class="muted">${words.lastUsed} <${When} at=${login.last_used_at} />${login.address && ` · ${login.address}`}</p>
      </div>
      ${!login.current && html`<button type="button" class="small outline" aria-label=${words.endOne(name)} onClick=${onEnd}>${words.end}</button>`}
    </li>
  `;
}
