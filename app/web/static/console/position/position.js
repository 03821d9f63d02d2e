/** Everything of one position: left what it is, right what happened and what comes. */
import { html, useSignal } from "../../lib/ui.js";
import { useResource } from "../data.js";
import { InTurn, Loaded, Skeleton, Together } from "../states.js";
import { ViewHead } from "../view.js";
import { frame, positionWords } from "../../words/index.js";
import { ComingUp, useTasks } from "./coming_up.js";
import { Composer } from "./composer.js";
import { Contacts } from "./contacts.js";
import { Documents } from "./documents.js";
import { Duplicates, useDuplicates } from "./duplicates.js";
import { Facts } from "./facts.js";
import { PositionHead } from "./head.js";
import { Posting } from "./posting.js";
import { Practice } from "./practice.js";
import { StatusControl, useHistory } from "./status_control.js";
import { Timeline } from "./timeline.js";

/** The view. @param {{id: string}} props */
export function View({ id }) {
  const position = useResource(`/api/v1/positions/${id}`);
  // What stands at the top, or above what has been drawn. Asked for at once, not when the position is there:
  // four readings are what may be under way.
  const first = [useHistory(id), useTasks(id), useDuplicates(id)];
  if (position.data.value === undefined && position.error.value?.["status"] === 404) return html`<${Gone} />`;
  const skeleton = html`<${Skeleton} lines=${["w60", "w30", "w90", "w90", "w60"]} />`;
  return html`
    ${position.data.value === undefined && html`<${ViewHead} title=${positionWords.title} />`}
    <${Loaded} of=${position} skeleton=${skeleton}>${(data) => html`<${Page} position=${data} first=${first} />`}</${Loaded}>
  `;
}

function Page({ position, first }) {
  return html`
    <${PositionHead} position=${position} />
    <${Together} of=${first} skeleton=${html`<${Skeleton} lines=${["w30", "w90", "w90", "w60"]} />`}>
      <${Parts} position=${position} />
    </${Together}>
  `;
}

function Parts({ position }) {
  // On a phone the one column stands below the other, and would be moved by what comes above it.
  const isAboveDrawn = useSignal(false);
  return html`
    <${StatusControl} position=${position} />
    <${Duplicates} id=${position.id} />
    <div class="position-page">
      <div class="position-happened">
        <${InTurn} onDrawn=${() => (isAboveDrawn.value = true)}>
          <${ComingUp} position=${position} />
          <${Composer} position=${position} />
          <${Timeline} position=${position} />
        </${InTurn}>
      </div>
      <div class="position-about">
        ${isAboveDrawn.value &&
        html`<${InTurn}>
          <${Facts} position=${position} />
          <${Posting} position=${position} />
          <${Contacts} position=${position} />
          <${Documents} id=${position.id} />
          <${Practice} id=${position.id} />
        </${InTurn}>`}
      </div>
    </div>
  `;
}

function Gone() {
  return html`
    <${ViewHead} title=${positionWords.gone} />
    <p>${positionWords.goneText}</p>
    <p><a class="button" href="/app/list">${frame.places.list}</a></p>
  `;
}
