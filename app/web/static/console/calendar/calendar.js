/** The calendar: interviews, open tasks and practice by day, as a month, a week or a list. What is shown stands in the address. */
import { html, useLayoutEffect, useSignal } from "../../lib/ui.js";
import { calendarWords } from "../../words/index.js";
import { useResource } from "../data.js";
import { timeZone, todayIso } from "../dates.js";
import { onKeys } from "../keys.js";
import { query, setQuery } from "../router.js";
import { Sheet } from "../sheet.js";
import { Loaded, Skeleton } from "../states.js";
import { ViewHead } from "../view.js";
import { AddSheet } from "./add_sheet.js";
import { Agenda } from "./agenda.js";
import { dayOf, shownDays, stepped } from "./days.js";
import { FeedPanel } from "./feed_panel.js";
import { Month } from "./month.js";
import { Toolbar } from "./toolbar.js";
import { Week } from "./week.js";

const VIEWS = { month: Month, week: Week, agenda: Agenda };

/** The view. */
export function View() {
  const kind = kindOf(query.value.get("view"));
  const day = dayOf(query.value.get("day"));
  const agenda = useResource(pathOf(shownDays(kind, day)));
  const adding = useSignal(/** @type {{kind: "interview" | "task", day: string} | null} */ (null));
  const isFeedOpen = useSignal(false);
  useLayoutEffect(
    () =>
      onKeys({
        j: () => setQuery({ day: stepped(kind, day, 1) }),
        k: () => setQuery({ day: stepped(kind, day, -1) }),
        t: () => setQuery({ day: todayIso() }),
        a: () => void (adding.value = { kind: "interview", day }),
      }),
    [kind, day],
  );
  const entries = entriesByDay(agenda.data.value);
  const Shown = VIEWS[kind];
  const add = (addedKind, addedDay) => (adding.value = { kind: addedKind, day: addedDay });
  return html`
    <${ViewHead} title=${calendarWords.title}>
      <button type="button" class="outline" onClick=${() => (isFeedOpen.value = true)}>${calendarWords.subscribe}</button>
      <button type="button" title=${calendarWords.keyFor("a")} onClick=${() => add("interview", day)}>${calendarWords.add}</button>
    </${ViewHead}>
    <${Toolbar} kind=${kind} day=${day} />
    <${Loaded} of=${agenda} skeleton=${kind === "agenda" ? html`<${Skeleton} lines=${["w30", "w90", "w60", "w90"]} />` : null}>${() => null}</${Loaded}>
    ${agenda.data.value?.truncated && html`<p role="status" class="stale">${calendarWords.truncated}</p>`}
    <${Shown} day=${day} entries=${entries} isKnown=${Boolean(agenda.data.value)} onAdd=${add} />
    <p class="calendar-zone">${calendarWords.zone(timeZone)}</p>
    ${adding.value && html`<${AddSheet} ...${adding.value} onClose=${() => (adding.value = null)} />`}
    ${isFeedOpen.value &&
    html`<${Sheet} title=${calendarWords.feed.title} onClose=${() => (isFeedOpen.value = false)}><${FeedPanel} /></${Sheet}>`}
  `;
}

/** A phone has no room for seven columns with words in them. */
function kindOf(text) {
  if (text === "month" || text === "week" || text === "agenda") return text;
  return window.matchMedia("(max-width: 800px)").matches ? "agenda" : "month";
}

function pathOf(days) {
  const parameters = new URLSearchParams({ from: days[0], to: days.at(-1) ?? days[0] });
  if (timeZone) parameters.set("tz", timeZone);
  return `/api/v1/agenda?${parameters}`;
}

/** @returns {Map<string, import("./entry.js").Entry[]>} */
function entriesByDay(agenda) {
  return new Map((agenda?.days ?? []).map((day) => [day.date, day.entries]));
}
