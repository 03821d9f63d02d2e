/** Today: what is coming up, what needs attention, the week so far, and the last practice. */
import { user } from "../../lib/auth.js";
import { html } from "../../lib/ui.js";
import { todayWords as words } from "../../words/index.js";
import { useAttention } from "../attention.js";
import { useResource } from "../data.js";
import { Loaded, Skeleton, Together } from "../states.js";
import { ViewHead } from "../view.js";
import { Attention } from "./attention.js";
import { ComingUp } from "./coming_up.js";
import { agendaPath, daysAhead, positionsWithTasks } from "./days.js";
import { Doors } from "./doors.js";
import { LastPractice, useLastSession } from "./last_practice.js";
import { useOverview, Week } from "./week.js";

/** The view. */
export function View() {
  const positions = useResource("/api/v1/positions?per_page=1");
  const agenda = useResource(agendaPath());
  const attention = useAttention();
  const all = [positions, agenda, attention, useOverview(), useLastSession()];
  // Whether there is nothing at all decides what the page is.
  const isEmpty = positions.data.value?.total === 0;
  return html`
    <${ViewHead} title=${isEmpty ? words.welcome(user.value?.first_name) : words.title} />
    <${Together} of=${all} skeleton=${html`<${TodaySkeleton} />`}>
      ${isEmpty ? html`<${Beginning} agenda=${agenda} />` : html`<${Day} agenda=${agenda} attention=${attention} />`}
    </${Together}>
  `;
}

function Day({ agenda, attention }) {
  return html`
    <div class="today-columns">
      <${Section} name="coming" title=${words.comingUp}>
        <${Loaded} of=${agenda}>${(data) => html`<${ComingUp} days=${daysAhead(data.days)} />`}</${Loaded}>
      </${Section}>
      <${Section} name="attention" title=${words.attention}>
        <${Loaded} of=${attention}>
          ${(data) => html`<${Attention} entries=${data.entries} withTasks=${positionsWithTasks(agenda.data.value?.days ?? [])} />`}
        </${Loaded}>
      </${Section}>
      <${Section} name="week" title=${words.week}><${Week} agenda=${agenda} /></${Section}>
      <${Section} name="practice" title=${words.lastPractice}><${LastPractice} /></${Section}>
    </div>
  `;
}

/** What an account without positions has. */
function Beginning({ agenda }) {
  const tasks = daysAhead(agenda.data.value?.days ?? []);
  return html`
    <${Doors} />
    <div class="today-columns">
      ${tasks.length > 0 && html`<${Section} name="coming" title=${words.comingUp}><${ComingUp} days=${tasks} /></${Section}>`}
      <${LastPractice} around=${(inner) => html`<${Section} name="practice" title=${words.lastPractice}>${inner}</${Section}>`} />
    </div>
  `;
}

function TodaySkeleton() {
  return html`
    <div class="today-columns">
      <div class="panel"><${Skeleton} lines=${["w30", "w90", "w60", "w90"]} /></div>
      <div class="panel today-attention"><${Skeleton} lines=${["w60", "w90", "w60", "w90"]} /></div>
    </div>
  `;
}

/** A part of the page with its heading, which takes the focus when the last thing in it has been settled. */
function Section({ name, title, children }) {
  return html`
    <section class="panel today-${name}" aria-labelledby=${`today-${name}`}>
      <h2 id=${`today-${name}`} tabindex="-1">${title}</h2>
      ${children}
    </section>
  `;
}
