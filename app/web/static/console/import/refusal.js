/** Why a file could not be read, or not be stored, and the one question that a file may leave open. */
import { html } from "../../lib/ui.js";
import { importWords as words, words as shared } from "../../words/index.js";

/** @param {{wizard: import("./wizard.js").Wizard}} props */
export function Refusal({ wizard }) {
  const error = wizard.refusal.value;
  const isQuestion = Boolean(error?.fields?.date_order);
  const isPassing = error && (error.status === 0 || error.status === 409 || error.status === 429 || error.status >= 500);
  const { columns, fields } = error?.details ?? {};
  const missing = columns && words.missing(["title", "company"].filter((field) => !Object.values(fields ?? {}).includes(field)));
  return html`
    <div role="alert" class=${error && !isQuestion ? "problem with-button" : "nothing"}>
      ${error && !isQuestion && html`<span>${missing ?? sentence(error)}</span>`}
      ${isPassing &&
      wizard.file.value &&
      html`<button type="button" class="small outline" onClick=${wizard.check}>${shared.tryAgain}</button>`}
    </div>
  `;
}

/** What 3/4/2024 means, where the file cannot tell; also shown once it was answered, so that it can be changed. */
export function DateOrder({ wizard }) {
  const question = wizard.refusal.value?.fields?.date_order;
  const chosen = wizard.choices().dateOrder;
  if (!question && !chosen) return null;
  return html`
    <fieldset class="panel import-order">
      <legend>${words.dateOrder}</legend>
      <p class="muted">${question ? words.dateOrderWhy(question) : words.dateOrderChosen}</p>
      ${["dmy", "mdy"].map(
        (order) => html`
          <label key=${order}>
            <input type="radio" name="date_order" value=${order} checked=${order === chosen} onChange=${() => wizard.choose({ dateOrder: order })} />
            ${words.dateOrders[order]}
          </label>
        `,
      )}
    </fieldset>
  `;
}

function sentence({ message, fields = {}, status }) {
  const told = Object.values(fields);
  if (status === 413) return message.includes("1 MB") ? message : words.tooLarge("");
  return told.length ? told.map((text) => words.file(text)).join(" ") : message;
}
