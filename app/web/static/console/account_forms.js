/** Signing in, and opening an account. */
import { register, signIn } from "../lib/auth.js";
import { Problem } from "../lib/parts.js";
import { html, useLayoutEffect, useRef, useSignal } from "../lib/ui.js";
import { welcomeWords as words } from "../words/index.js";
import { query, setQuery } from "./router.js";

const EMAIL = { name: "email", label: words.email, type: "email", autocomplete: "email" };
const PASSWORD = { name: "password", label: words.password, type: "password" };
const FORMS = {
  signIn: {
    ...words.signIn,
    fields: [EMAIL, { ...PASSWORD, autocomplete: "current-password" }],
    send: ({ email, password }) => signIn(email, password),
    other: "register",
  },
  register: {
    ...words.register,
    fields: [
      { name: "first_name", label: words.firstName, type: "text", autocomplete: "given-name" },
      EMAIL,
      { ...PASSWORD, autocomplete: "new-password", hint: words.passwordHint },
    ],
    send: register,
    other: "signIn",
  },
};

/** One of the two forms, the one that `?register` asks for or the way in, below the way to the other: whoever is new sees it without a look at the fields. */
export function AccountForms() {
  const shown = useSignal(query.value.has("register") ? "register" : "signIn");
  const form = FORMS[shown.value];
  const section = useRef(null);
  // Whoever comes for an account need not look for it below what they have read already.
  useLayoutEffect(() => {
    if (query.value.has("register")) section.current.scrollIntoView();
  }, []);
  return html`
    <section class="account" aria-labelledby="account-title" ref=${section}>
      <h2 id="account-title">${form.title}</h2>
      <p class="other-form">
        ${form.question}${" "}
        <button type="button" class="link" onClick=${() => (shown.value = form.other)}>${form.change}</button>
      </p>
      <${AccountForm} key=${shown.value} form=${form} />
    </section>
  `;
}

function AccountForm({ form }) {
  const busy = useSignal(false);
  const refusal = useSignal({ message: "", fields: {} });
  const element = useRef(null);
  useLayoutEffect(() => {
    element.current.querySelector("[aria-invalid=true]")?.focus();
  }, [refusal.value]);
  const submit = async (event) => {
    event.preventDefault();
    const values = Object.fromEntries(new FormData(event.currentTarget));
    busy.value = true;
    refusal.value = { message: "", fields: {} };
    try {
      await form.send(values);
      setQuery({ register: null });
    } catch (error) {
      const fields = error.fields ?? {};
      // A sentence below its field says more than one about the whole form.
      const isTold = form.fields.some(({ name }) => fields[name]);
      refusal.value = { message: isTold ? "" : error.message, fields };
      busy.value = false;
    }
  };
  // The server's words for what is wrong are better than the browser's, and the same everywhere.
  return html`
    <form noValidate ref=${element} onSubmit=${submit}>
      ${form.fields.map((field) => html`<${Field} field=${field} problem=${refusal.value.fields[field.name]} />`)}
      <${Problem} text=${refusal.value.message} />
      <button type="submit" aria-busy=${busy} disabled=${busy}>${form.submit}</button>
    </form>
  `;
}

function Field({ field, problem }) {
  const note = problem ?? field.hint;
  const noteId = `${field.name}-note`;
  return html`
    <label>
      ${field.label}
      <input
        name=${field.name}
        type=${field.type}
        autocomplete=${field.autocomplete}
        required
        aria-invalid=${problem ? "true" : undefined}
        aria-describedby=${note ? noteId : undefined}
      />
      ${note && html`<small id=${noteId}>${note}</small>`}
    </label>
  `;
}
