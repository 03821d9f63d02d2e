/** Pieces that both pages are made of. */
import { signOut, user } from "./auth.js";
import { html, useLayoutEffect, useRef } from "./ui.js";
import { sharedWords, words } from "../words/index.js";

/** The head of every page: the name of the place, and who is here. */
export function PageHeader({ children }) {
  const name = user.value && (user.value.first_name || user.value.username || user.value.email);
  return html`
    <header class="container page-header">
      <a class="brand" href="/app/">${words.product}</a>
      <nav aria-label=${sharedWords.account}>
        ${children}
        ${name && html`<span class="account-name">${name}</span>`}
        ${name && html`<button type="button" class="quiet" onClick=${leave}>${sharedWords.signOut}</button>`}
      </nav>
    </header>
  `;
}

async function leave() {
  await signOut();
  try {
    // The rooms that this tab may enter are the user's too.
    sessionStorage.clear();
  } catch {
    // Nothing was kept.
  }
  window.location.assign("/app/");
}

/** A sentence about something that went wrong; the place is always there, so that screen readers hear of it. */
export function Problem({ text }) {
  return html`<div role="alert" class=${text ? "problem" : "nothing"}>${text}</div>`;
}

/** A heading that takes the focus when it appears, so that whoever cannot see knows that the page has changed. */
export function ArrivalHeading({ id, children }) {
  const heading = useRef(null);
  useLayoutEffect(() => heading.current.focus(), []);
  return html`<h1 id=${id} tabindex="-1" ref=${heading}>${children}</h1>`;
}

/** A question that stops everything else until it is answered. What cannot be undone is not the easy answer. */
export function ConfirmDialog({ title, text, yes, no, onYes, onNo }) {
  const dialog = useRef(null);
  useLayoutEffect(() => {
    dialog.current.showModal();
    return () => dialog.current?.close();
  }, []);
  const cancel = (event) => {
    event.preventDefault();
    onNo();
  };
  return html`
    <dialog ref=${dialog} aria-labelledby="confirm-title" onCancel=${cancel}>
      <article>
        <h2 id="confirm-title">${title}</h2>
        <p>${text}</p>
        <footer>
          <button type="button" onClick=${onNo} autofocus>${no}</button>
          <button type="button" class="outline secondary" onClick=${onYes}>${yes}</button>
        </footer>
      </article>
    </dialog>
  `;
}
