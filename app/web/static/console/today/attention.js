/** What would slip, each with what settles it. */
import { html, useSignal } from "../../lib/ui.js";
import { interviewName } from "../../lib/words.js";
import { statuses, todayWords as words } from "../../words/index.js";
import { dayText, daysBetween, distanceText } from "../dates.js";
import { Menu } from "../menu.js";
import { acceptOffer, finishTask, keyOf, moveTask, noteFollowUp, remind, setOutcome, setStatus } from "./settle.js";

const SHOWN = 6;
// What somebody else waits for comes first.
const ORDER = ["offer_unanswered", "outcome_pending", "task_overdue", "no_activity"];

/**
 * @param {object} props
 * @param {any[]} props.entries as the API has them
 * @param {Set<string>} props.withTasks ids of positions that somebody has already planned to do something about
 */
export function Attention({ entries, withTasks }) {
  const isWhole = useSignal(false);
  const waiting = entries
    .filter(({ reason, position }) => !isRemindable(reason) || !withTasks.has(position.id))
    .sort((one, other) => ORDER.indexOf(one.reason) - ORDER.indexOf(other.reason));
  if (waiting.length === 0) return html`<p class="muted">${words.nothingWaits}</p>`;
  const shown = isWhole.value ? waiting : waiting.slice(0, SHOWN);
  return html`
    <ul class="today-attention-rows">
      ${shown.map((entry) => html`<${Row} key=${keyOf(entry)} entry=${entry} />`)}
    </ul>
    ${shown.length < waiting.length &&
    html`<button type="button" class="small outline" onClick=${() => (isWhole.value = true)}>${words.showAll(waiting.length)}</button>`}
  `;
}

function Row({ entry }) {
  const { position, task } = entry;
  return html`
    <li class="today-row" data-settles>
      <div class="today-what">
        ${position
          ? html`<a href=${`/app/positions/${position.id}`}>${task ? task.title : `${position.company} · ${position.title}`}</a>`
          : html`<p class="today-title" tabindex="-1">${task.title}</p>`}
        <p>${reasonText(entry)}</p>
        <div class="actions"><${Actions} entry=${entry} /></div>
      </div>
    </li>
  `;
}

function reasonText({ reason, since, due_date: due, position, interview }) {
  const days = since ? Math.max(0, daysBetween(new Date(since), new Date())) : 0;
  if (reason === "no_activity") return words.quiet(statuses[position.status], days);
  if (reason === "outcome_pending") return words.held(interviewName(interview.type), dayText(since));
  if (reason === "offer_unanswered") return words.offered(days);
  const distance = words.overdue(distanceText(due));
  return position ? `${position.company} · ${distance}` : distance;
}

function Actions({ entry }) {
  const { reason, position, task } = entry;
  if (reason === "outcome_pending") {
    return html`
      <${Button} label=${words.passed} of=${entry} onAct=${(place) => setOutcome(entry, "passed", place)} />
      <${Button} label=${words.failed} of=${entry} onAct=${(place) => setOutcome(entry, "failed", place)} />
      <${Button} label=${words.cancelled} of=${entry} onAct=${(place) => setOutcome(entry, "cancelled", place)} />
    `;
  }
  if (reason === "task_overdue") {
    return html`
      <${Button} label=${words.done} of=${entry} onAct=${(place) => finishTask(task, place)} />
      <${Button} label=${words.tomorrow} of=${entry} onAct=${(place) => moveTask(task, place)} />
    `;
  }
  if (reason === "offer_unanswered") {
    const decline = (place) => setStatus(entry, "withdrawn", words.declinedNote, words.offerDeclined(position.company), place);
    const items = [
      { label: words.accepted, act: (place) => acceptOffer(entry, place) },
      { label: words.declined, act: decline },
      ...reminders(entry, words.answerTask(position.company)),
    ];
    return html`<${Choice} label=${words.answerOffer} of=${entry} items=${items} />`;
  }
  const items = [
    { label: words.followedUp, act: (place) => noteFollowUp(entry, place) },
    ...reminders(entry, words.followUpTask(position.company)),
  ];
  const close = (place) => setStatus(entry, "rejected", words.noAnswerNote, words.nowClosed(position.company), place);
  return html`
    <${Choice} label=${words.followUp} of=${entry} items=${items} />
    <${Button} label=${words.noAnswer} of=${entry} onAct=${close} />
  `;
}

function reminders(entry, title) {
  return [
    [words.remindTomorrow, 1],
    [words.remindInDays, 3],
    [words.remindNextWeek, 7],
  ].map(([label, days]) => ({ label, act: (place) => remind(entry, title, days, place) }));
}

function Button({ label, of, onAct }) {
  return html`
    <button type="button" class="small outline" aria-label=${words.settle(label, nameOf(of))} onClick=${(event) => onAct(event.currentTarget)}>
      ${label}
    </button>
  `;
}

function Choice({ label, of, items }) {
  // The menu gives the focus back to its button before it does what was chosen.
  const chosen = items.map(({ label: text, act }) => ({ label: text, onChoose: () => act(document.activeElement) }));
  return html`
    <${Menu}
      class="small outline"
      label=${html`${label} <span aria-hidden="true">▾</span>`}
      name=${words.settle(label, nameOf(of))}
      items=${chosen}
    />
  `;
}

const isRemindable = (reason) => reason === "no_activity" || reason === "offer_unanswered";
const nameOf = ({ task, position }) => task?.title ?? `${position.company}, ${position.title}`;
