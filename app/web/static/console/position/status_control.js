/** Where a position stands, how it came there, and where it goes next. */
import { html, useLayoutEffect, useSignal } from "../../lib/ui.js";
import { positionWords, statuses } from "../../words/index.js";
import { useResource } from "../data.js";
import { dayText, When } from "../dates.js";
import { onKeys } from "../keys.js";
import { Menu } from "../menu.js";
import { sayFailed } from "../notices.js";
import { changeStatus } from "./status_change.js";
import { StatusSheet } from "./status_sheet.js";

/** Read the way so far. @param {string} id the position's */
export const useHistory = (id) => useResource(`/api/v1/positions/${id}/history`);

/** The way so far with the menu at its end. @param {{position: any}} props */
export function StatusControl({ position }) {
  const history = useHistory(position.id);
  const steps = history.data.value?.history ?? [];
  return html`
    <section class="position-status" aria-labelledby="position-status-title">
      <h2 id="position-status-title" class="visually-hidden">${positionWords.way}</h2>
      <ol class="position-way">
        ${steps.map(
          (step, at) => html`
            <li key=${`${step.occurred_at} ${step.recorded_at}`} aria-current=${at === steps.length - 1 ? "step" : undefined}>
              <span class=${`status-chip ${step.to_status}`}>${statuses[step.to_status]}</span>
              <small class="muted"><${When} at=${step.occurred_at} text=${dayText(step.occurred_at)} /></small>
              ${step.note && html`<small class="position-way-note">${step.note}</small>`}
            </li>
          `,
        )}
      </ol>
      <${StatusMenu} position=${position} />
    </section>
  `;
}

/** A button with the status, which opens the others. `m` opens it too. @param {{position: any}} props */
function StatusMenu({ position }) {
  const isOpen = useSignal(false);
  const isSheetOpen = useSignal(false);
  useLayoutEffect(() => onKeys({ m: () => (isOpen.value = true) }), []);
  const move = async (status) => {
    if (status === position.status) return;
    try {
      await changeStatus(position, status);
    } catch (error) {
      sayFailed(error);
    }
  };
  const items = Object.entries(statuses).map(([status, label]) => ({
    label,
    isOn: status === position.status,
    onChoose: () => move(status),
  }));
  return html`
    <${Menu}
      label=${html`${statuses[position.status]} <span aria-hidden="true">▾</span>`}
      name=${positionWords.statusNow(statuses[position.status])}
      class="position-status-button"
      open=${isOpen}
      items=${[...items, { label: positionWords.changeWithDate, onChoose: () => (isSheetOpen.value = true) }]}
    />
    ${isSheetOpen.value && html`<${StatusSheet} position=${position} onClose=${() => (isSheetOpen.value = false)} />`}
  `;
}
