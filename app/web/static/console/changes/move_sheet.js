/** "Move to…": a status by one click or key, and a word on why where something ends. */
import { html, useLayoutEffect, useRef, useSignal } from "../../lib/ui.js";
import { changeWords, statuses } from "../../words/index.js";
import { useDraft } from "../drafts.js";
import { Field, Form } from "../fields.js";
import { Sheet } from "../sheet.js";
import { moveTo } from "./change_positions.js";

/** Statuses in which a search for this job is over, and a note on why is worth keeping. */
export const ENDS = ["rejected", "withdrawn"];

/**
 * @param {object} props
 * @param {import("./change_positions.js").Position[]} props.positions
 * @param {string} [props.to] a status that is chosen already
 * @param {() => void} props.onClose
 * @param {() => void} [props.onMoved] called after `onClose`, when what was moved is shown where it is now
 * @param {any} [props.children] what else can be done, below the statuses
 */
export function MoveSheet({ positions, to, onClose, onMoved, children }) {
  const status = useSignal(to ?? "");
  const move = (chosen, note = "") => {
    onClose();
    void moveTo(positions, chosen, note);
    onMoved?.();
  };
  const choose = (chosen) => (ENDS.includes(chosen) ? (status.value = chosen) : move(chosen));
  const [first] = positions;
  const name = positions.length === 1 ? `${first.company} · ${first.title}` : changeWords.positions(positions.length);
  return html`
    <${Sheet} title=${status.value ? changeWords.moveToStatus(statuses[status.value]) : changeWords.moveTo} onClose=${onClose}>
      <p class="move-name">${name}</p>
      ${status.value
        ? html`<${Note} status=${status.value} positions=${positions} onSend=${(note) => move(status.value, note)} />`
        : html`
            <${Choices} current=${positions.length === 1 ? first.status : ""} onChoose=${choose} />
            ${children}
          `}
    </${Sheet}>
  `;
}

function Choices({ current, onChoose }) {
  const list = useRef(/** @type {HTMLUListElement | null} */ (null));
  const names = Object.keys(statuses);
  const keys = (event) => {
    const buttons = /** @type {HTMLElement[]} */ ([...(list.current?.querySelectorAll("button") ?? [])]);
    const at = buttons.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
    if (step) buttons[(at + step + buttons.length) % buttons.length].focus();
    else if (names[Number(event.key) - 1]) buttons[Number(event.key) - 1].click();
    else return;
    event.preventDefault();
  };
  return html`
    <ul class="move-choices" ref=${list} onKeyDown=${keys}>
      ${names.map(
        (status, at) => html`<li key=${status}>
          <button
            type="button"
            class=${`move-choice ${status}`}
            autofocus=${current ? status === current : at === 0}
            aria-current=${status === current ? "true" : undefined}
            onClick=${() => onChoose(status)}
          >
            <span>${statuses[status]}</span>
            ${status === current && html`<small>${changeWords.now}</small>`}
            <kbd aria-hidden="true">${at + 1}</kbd>
          </button>
        </li>`,
      )}
    </ul>
  `;
}

function Note({ status, positions, onSend }) {
  const draft = useDraft(`move.${positions.map(({ id }) => id).join(".").slice(0, 200)}`);
  const place = useRef(/** @type {HTMLElement | null} */ (null));
  // The dialog looks for `autofocus` when it opens, and may be open already.
  useLayoutEffect(() => place.current?.querySelector("input")?.focus(), []);
  const send = async () => {
    const note = draft.value.trim();
    if (note.length > 500) throw Object.assign(new Error(), { fields: { note: changeWords.noteTooLong } });
    draft.value = "";
    onSend(note);
  };
  return html`
    <div ref=${place}>
      <${Form} onSend=${send} submit=${changeWords.moveToStatus(statuses[status])}>
        ${(problems) => html`<${Field}
          name="note"
          label=${changeWords.note}
          hint=${changeWords.noteHint}
          value=${draft.value}
          problem=${problems.note}
          onInput=${(text) => (draft.value = text)}
          autocomplete="off"
          autofocus
        />`}
      </${Form}>
    </div>
  `;
}
