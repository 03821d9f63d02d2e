/** How long applications stay in each stage. */
import { html } from "../../lib/ui.js";
import { statisticsWords, statuses } from "../../words/index.js";
import { FigurePanel } from "./figure_panel.js";
import { tenthsText, wholeText } from "./numbers.js";

/** @param {{stages: any[], timeline?: any}} props as `GET /statistics/funnel` and `/timeline` give them */
export function StagesPanel({ stages, timeline }) {
  const { stays } = statisticsWords;
  // Rejected and withdrawn are ends: nobody waits there.
  const rows = stages.filter(({ status }) => ["applied", "screening", "interviewing", "offer"].includes(status));
  const longest = Math.max(1, ...rows.map((row) => row.median_days ?? 0));
  const columns = [
    { name: stays.stage, value: (row) => statuses[row.status] },
    {
      name: stays.days,
      value: (row) => row.median_days,
      text: (row) => (row.median_days === null ? null : stays.daysText(tenthsText(row.median_days))),
      share: (row) => (row.median_days === null ? null : row.median_days / longest),
    },
  ];
  const reply = rows.find(({ status }) => status === "applied")?.median_days ?? null;
  return html`
    <${FigurePanel}
      title=${reply === null ? stays.none : stays.title(wholeText(reply), Math.round(reply))}
      note=${noteOf(timeline)}
      file="days-in-stages"
      columns=${columns}
      rows=${rows}
    />
  `;
}

function noteOf(timeline) {
  const { stays } = statisticsWords;
  const response = timeline?.average_response_time_days ?? null;
  const decision = timeline?.average_interview_to_decision_days ?? null;
  const sentences = [response !== null && stays.response(tenthsText(response)), decision !== null && stays.decision(tenthsText(decision))];
  return sentences.filter(Boolean).join(" ") || undefined;
}
