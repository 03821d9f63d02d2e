/** A new password, after which every other login is over. */
import { callAsUser } from "../../lib/auth.js";
import { html } from "../../lib/ui.js";
import { settingsWords } from "../../words/index.js";
import { changed } from "../data.js";
import { Field, Form } from "../fields.js";
import { say } from "../notices.js";
import { AccountName } from "./account_name.js";
import { Part } from "./part.js";

const words = settingsWords.password;

export function Password() {
  const send = async (values, form) => {
    await callAsUser("POST", "/api/v1/auth/change-password", { body: values });
    form.reset();
    say(words.done);
    void changed();
  };
  return html`
    <${Part} name="password" title=${words.title} text=${words.text}>
      <${Form} class="settings-form" onSend=${send} submit=${words.submit}>
        ${(problems) => html`
          <${AccountName} />
          <${Field} name="current_password" type="password" label=${words.current} autocomplete="current-password" problem=${problems.current_password} />
          <${Field} name="new_password" type="password" label=${words.next} autocomplete="new-password" hint=${words.hint} problem=${problems.new_password} />
        `}
      </${Form}>
    </${Part}>
  `;
}
