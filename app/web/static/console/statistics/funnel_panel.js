/** How far applications came. */
import { html } from "../../lib/ui.js";
import { statisticsWords, statuses } from "../../words/index.js";
import { FigurePanel } from "./figure_panel.js";

/** @param {{stages: any[]}} props as `GET /statistics/funnel` gives them */
export function FunnelPanel({ stages }) {
  const { funnel } = statisticsWords;
  const reached = (status) => stages.find((stage) => stage.status === status)?.reached ?? 0;
  const all = Math.max(1, reached("applied"));
  const columns = [
    { name: funnel.stage, value: (row) => statuses[row.status] },
    { name: funnel.reached, value: (row) => row.reached, share: (row) => row.reached / all },
    {
      name: funnel.ofBefore,
      value: (row) => row.conversion_rate,
      text: (row) => ofBeforeText(row, stages),
      isNumber: true,
    },
  ];
  const title = funnel.title(reached("applied"), reached("interviewing"), reached("offer"));
  return html`<${FigurePanel} title=${title} file="funnel" columns=${columns} rows=${stages.filter(({ status }) => status !== "saved")} />`;
}

/** As counts, because a stage may be reached past the one before: "3", and "0 of 4" of those before. */
function ofBeforeText({ status, conversion_rate: percent }, stages) {
  if (percent === null) return null;
  const before = stages[stages.findIndex((stage) => stage.status === status) - 1].reached;
  return statisticsWords.funnel.outOf(Math.round((percent / 100) * before), before);
}
