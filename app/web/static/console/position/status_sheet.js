/** A change of status with its day and a note. */
import { html } from "../../lib/ui.js";
import { positionWords, statuses, words } from "../../words/index.js";
import { todayIso } from "../dates.js";
import { Field, Form } from "../fields.js";
import { Sheet } from "../sheet.js";
import { useTyped } from "../typed.js";
import { changeStatus } from "./status_change.js";

/**
 * @param {object} props
 * @param {any} props.position
 * @param {string} [props.status] what it is to become
 * @param {() => void} props.onClose
 */
export function StatusSheet({ position, status, onClose }) {
  const typed = useTyped(`status.${position.id}`, { status: status ?? position.status, occurred_at: todayIso() });
  const send = async ({ status: next, note, occurred_at: day }) => {
    // Today is now: the beginning of today may lie before what else happened today.
    const isEarlier = day && day !== todayIso();
    await changeStatus(position, String(next), { note: String(note) || undefined, occurred_at: isEarlier ? String(day) : undefined });
    typed.clear();
    onClose();
  };
  return html`
    <${Sheet} title=${positionWords.changeStatus} onClose=${onClose}>
      <${Form} submit=${positionWords.changeStatus} onSend=${send}>
        ${(problems) => html`
          <${Field} ...${typed.field("status")} label=${positionWords.status} options=${options()} problem=${problems.status} />
          <${Field} ...${typed.field("occurred_at")} type="date" label=${positionWords.since} problem=${problems.occurred_at} hint=${positionWords.sinceHint} />
          <${Field} ...${typed.field("note")} rows=${3} label=${`${positionWords.note} (${words.optional})`} problem=${problems.note} />
        `}
      </${Form}>
    </${Sheet}>
  `;
}

const options = () => Object.entries(statuses).map(([value, label]) => ({ value, label }));
