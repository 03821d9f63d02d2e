/** The end of the account: what cannot be undone, so it is asked for twice. */
import { callAsUser, forgetLogin } from "../../lib/auth.js";
import { html, useSignal } from "../../lib/ui.js";
import { settingsWords, words as shared } from "../../words/index.js";
import { Field, Form } from "../fields.js";
import { go } from "../router.js";
import { Sheet } from "../sheet.js";
import { AccountName } from "./account_name.js";
import { Part } from "./part.js";

const words = settingsWords.erasure;

export function Erasure() {
  const isOpen = useSignal(false);
  return html`
    <${Part} name="erasure" title=${words.title} text=${words.text}>
      <button type="button" class="outline secondary" onClick=${() => (isOpen.value = true)}>${words.open}</button>
      ${isOpen.value && html`<${Confirmation} onClose=${() => (isOpen.value = false)} />`}
    </${Part}>
  `;
}

function Confirmation({ onClose }) {
  const typed = useSignal("");
  const problem = useSignal("");
  const send = async ({ password }) => {
    problem.value = "";
    if (typed.value.trim().toLowerCase() !== words.word) {
      problem.value = words.typeIt;
      return;
    }
    await callAsUser("DELETE", "/api/v1/auth/me", { body: { password } });
    try {
      sessionStorage.clear();
    } catch {
      // Nothing was kept.
    }
    forgetLogin();
    go("/app/");
  };
  return html`
    <${Sheet} title=${words.question} onClose=${onClose}>
      <p>${words.what}</p>
      <${Form}
        onSend=${send}
        submit=${words.submit}
        also=${html`<button type="button" class="outline" onClick=${onClose}>${shared.cancel}</button>`}
      >
        ${(problems) => html`
          <${AccountName} />
          <${Field} name="confirmation" label=${words.type} value=${typed.value} onInput=${(text) => (typed.value = text)} autocomplete="off" problem=${problem.value || undefined} />
          <${Field} name="password" type="password" label=${words.password} autocomplete="current-password" problem=${problems.password} />
        `}
      </${Form}>
    </${Sheet}>
  `;
}
