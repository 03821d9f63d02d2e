/** What practice has shown. */
import { html } from "../../lib/ui.js";
import { statisticsWords } from "../../words/index.js";
import { useResource } from "../data.js";
import { Empty, Loaded, Skeleton } from "../states.js";
import { CalibrationPanel } from "./calibration_panel.js";
import { CriteriaPanel } from "./criteria_panel.js";
import { NeverPractised } from "./never_practised.js";
import { tenthsText, wholeText } from "./numbers.js";
import { QuestionTypesPanel } from "./question_types_panel.js";
import { ScoresPanel } from "./scores_panel.js";

/** All panels. */
export function Practice() {
  const practice = useResource("/api/v1/statistics/practice");
  return html`
    <${Loaded} of=${practice} skeleton=${html`<${Skeleton} lines=${["w90", "w60", "w90", "w90"]} />`}>
      ${(figures) => html`
        ${figures.sessions > 0 ? html`<${Panels} figures=${figures} />` : html`<${Nothing} />`}
        ${figures.never_practised_total > 0 && html`<${NeverPractised} questions=${figures.never_practised} total=${figures.never_practised_total} />`}
      `}
    </${Loaded}>
  `;
}

function Panels({ figures }) {
  const { practice } = statisticsWords;
  return html`
    <dl class="statistics-overview">
      <div><dt>${practice.sessions}</dt><dd>${wholeText(figures.sessions)}</dd></div>
      <div><dt>${practice.minutes}</dt><dd>${tenthsText(figures.minutes)}</dd></div>
      <div><dt>${practice.answerWords}</dt><dd>${wholeText(figures.words)}</dd></div>
    </dl>
    <div class="statistics-panels">
      <${ScoresPanel} scores=${figures.scores} />
      ${figures.question_types.length > 0 && html`<${QuestionTypesPanel} types=${figures.question_types} />`}
      <${CalibrationPanel} bands=${figures.calibration} />
      ${figures.criteria.length > 0 && html`<${CriteriaPanel} criteria=${figures.criteria} />`}
    </div>
  `;
}

function Nothing() {
  const { practice } = statisticsWords;
  return html`
    <${Empty} title=${practice.emptyTitle}>
      <p>${practice.emptyText}</p>
      <p><a class="button" href="/app/practice">${practice.start}</a></p>
    </${Empty}>
  `;
}
