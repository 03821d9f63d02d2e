/** The names of the account, its email as it is, and its time zone. */
import { callAsUser, keepUser } from "../../lib/auth.js";
import { html, useRef } from "../../lib/ui.js";
import { settingsWords as words, words as shared } from "../../words/index.js";
import { changed, useResource } from "../data.js";
import { timeZone } from "../dates.js";
import { Field, Form } from "../fields.js";
import { say } from "../notices.js";
import { Loaded, Skeleton } from "../states.js";
import { useTyped } from "../typed.js";
import { Part } from "./part.js";

const PATH = "/api/v1/auth/me";
const NAMES = [
  { name: "first_name", autocomplete: "given-name" },
  { name: "last_name", autocomplete: "family-name" },
  { name: "username", autocomplete: "username" },
];

export function Profile() {
  const account = useResource(PATH);
  return html`
    <${Part} name="profile" title=${words.profile.title}>
      <div class="settings-profile">
        <${Loaded} of=${account} skeleton=${html`<${Skeleton} lines=${["w60", "w30", "w90", "w30", "w90", "w30", "w90"]} />`}>
          ${(data) => html`<${ProfileForm} account=${data} />`}
        </${Loaded}>
      </div>
    </${Part}>
  `;
}

function ProfileForm({ account }) {
  const place = useRef(/** @type {HTMLElement | null} */ (null));
  const typed = useTyped("profile", account);
  const send = async (values) => {
    keepUser(await callAsUser("PATCH", PATH, { body: values }));
    typed.clear();
    say(shared.saved);
    void changed();
  };
  const useBrowsers = () => {
    typed.field("timezone").onInput(timeZone);
    /** @type {HTMLElement | null | undefined} */ (place.current?.querySelector("[name=timezone]"))?.focus();
  };
  return html`
    <div ref=${place}>
      <p>${words.profile.email} <strong class="settings-email">${account.email}</strong></p>
      <${Form} class="settings-form" onSend=${send} submit=${shared.save}>
        ${(problems) => html`
          ${NAMES.map(
            ({ name, autocomplete }) =>
              html`<${Field} key=${name} ...${typed.field(name)} label=${words.profile[name]} autocomplete=${autocomplete} problem=${problems[name]} />`,
          )}
          <${Field} ...${typed.field("timezone")} label=${words.profile.timezone} list="settings-zones" problem=${problems.timezone} hint=${words.profile.timezoneHint} />
          <datalist id="settings-zones">${zones().map((zone) => html`<option key=${zone} value=${zone}></option>`)}</datalist>
          <p><button type="button" class="link settings-zone" onClick=${useBrowsers}>${words.profile.useBrowsers(timeZone)}</button></p>
        `}
      </${Form}>
    </div>
  `;
}

/** Browsers name fewer zones than the API knows; any of these may be typed. */
function zones() {
  return Intl.supportedValuesOf?.("timeZone") ?? [timeZone];
}
