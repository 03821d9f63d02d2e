/** The week in a few figures. */
import { html } from "../../lib/ui.js";
import { todayWords as words } from "../../words/index.js";
import { useResource } from "../data.js";
import { todayIso } from "../dates.js";
import { Loaded } from "../states.js";
import { weekCounts, weekStart } from "./days.js";

/** Read how many applications this week has. */
export const useOverview = () => useResource(`/api/v1/statistics/overview?start_date=${weekStart()}&end_date=${todayIso()}`);

/** @param {{agenda: import("../data.js").Resource<any>}} props from the beginning of the week on */
export function Week({ agenda }) {
  const overview = useOverview();
  return html`
    <${Loaded} of=${overview}>
      ${(figures) => html`<${Figures} applied=${figures.total_applications} counts=${agenda.data.value && weekCounts(agenda.data.value.days)} />`}
    </${Loaded}>
  `;
}

function Figures({ applied, counts }) {
  const rows = [[applied, words.applied]];
  if (counts) rows.push([counts.interviews, words.interviews(counts.interviews)], [counts.sessions, words.practised(counts.sessions)]);
  if (counts?.minutes) rows.push([counts.minutes, words.practisedFor(counts.minutes)]);
  return html`
    <ul class="today-figures">
      ${rows.map(([count, name]) => html`<li key=${name}><strong class="tabular">${count}</strong> ${name}</li>`)}
    </ul>
  `;
}
