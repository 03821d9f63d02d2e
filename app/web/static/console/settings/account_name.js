/** Whose password a form is about: for programs that keep passwords, not for eyes. */
import { user } from "../../lib/auth.js";
import { html } from "../../lib/ui.js";

export function AccountName() {
  return html`<input type="text" autocomplete="username" value=${user.value?.email} hidden readonly />`;
}
