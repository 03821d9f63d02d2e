/** Fields of forms, with what the API has to say about each of them. */
import { Problem } from "../lib/parts.js";
import { html, useId, useLayoutEffect, useRef, useSignal } from "../lib/ui.js";

/**
 * A form that sends itself, keeps what was typed when it is refused, and leads to the first field that is wrong.
 *
 * @param {object} props
 * @param {(values: Record<string, FormDataEntryValue>, form: HTMLFormElement) => Promise<unknown>} props.onSend
 * @param {string} props.submit what the button says
 * @param {(problems: Record<string, string>) => any} props.children draws the fields, given what is wrong with which
 * @param {any} [props.also] beside the button
 * @param {string} [props.class]
 */
export function Form({ onSend, submit, children, also, class: className }) {
  const isBusy = useSignal(false);
  const refusal = useSignal({ message: "", fields: /** @type {Record<string, string>} */ ({}) });
  const form = useRef(/** @type {HTMLFormElement | null} */ (null));
  useLayoutEffect(() => {
    /** @type {HTMLElement | null | undefined} */ (form.current?.querySelector("[aria-invalid=true]"))?.focus();
  }, [refusal.value]);
  const send = async (event) => {
    event.preventDefault();
    if (isBusy.value || !form.current) return;
    isBusy.value = true;
    refusal.value = { message: "", fields: {} };
    try {
      await onSend(Object.fromEntries(new FormData(form.current)), form.current);
    } catch (error) {
      const fields = error.fields ?? {};
      // A sentence below its field says more than one about the whole form.
      const isTold = Object.keys(fields).some((name) => form.current?.elements.namedItem(name));
      refusal.value = { message: isTold ? "" : [error.message, ...Object.values(fields)].join(" "), fields };
    }
    isBusy.value = false;
  };
  const draw = Array.isArray(children) ? children[0] : children;
  // The server's words for what is wrong are better than the browser's, and the same everywhere. The button is not
  // disabled while it sends: it would lose the focus.
  return html`
    <form noValidate ref=${form} class=${className} onSubmit=${send}>
      ${draw(refusal.value.fields)}
      <${Problem} text=${refusal.value.message} />
      <div class="actions">
        <button type="submit" aria-busy=${isBusy.value ? "true" : "false"} aria-disabled=${isBusy.value ? "true" : undefined}>${submit}</button>
        ${also}
      </div>
    </form>
  `;
}

/**
 * A labelled field: an input, a text area (`rows`), or a choice (`options`).
 *
 * @param {object} props
 * @param {string} props.name
 * @param {string} props.label
 * @param {string} [props.type]
 * @param {string} [props.value]
 * @param {number} [props.rows]
 * @param {Array<{value: string, label: string}>} [props.options]
 * @param {string} [props.problem]
 * @param {string} [props.hint]
 * @param {(value: string) => void} [props.onInput]
 * @param {boolean} [props.required]
 * @param {string} [props.autocomplete]
 * @param {string} [props.placeholder]
 * @param {boolean} [props.autofocus]
 */
export function Field({ name, label, problem, hint, rows, options, value, onInput, ...others }) {
  const labelId = useId();
  const noteId = useId();
  const note = problem ?? hint;
  const shared = {
    name,
    // The note inside the label is a description, not a part of the name.
    "aria-labelledby": labelId,
    "aria-invalid": problem ? "true" : undefined,
    "aria-describedby": note ? noteId : undefined,
    onInput: onInput && ((event) => onInput(event.currentTarget.value)),
    ...others,
  };
  // Where nobody follows what is typed, drawing the form again must not put back what was there at first.
  const text = onInput ? { value } : { defaultValue: value };
  return html`
    <label>
      <span id=${labelId}>${label}</span>
      ${options
        ? html`<select ...${shared}>
            ${options.map((option) => html`<option value=${option.value} selected=${option.value === value}>${option.label}</option>`)}
          </select>`
        : rows
          ? html`<textarea rows=${rows} ...${text} ...${shared}></textarea>`
          : html`<input ...${text} ...${shared} />`}
      ${note && html`<small id=${noteId}>${note}</small>`}
    </label>
  `;
}
