/** Which types of question go best. */
import { html } from "../../lib/ui.js";
import { phaseName } from "../../lib/words.js";
import { statisticsWords } from "../../words/index.js";
import { FigurePanel } from "./figure_panel.js";

/** @param {{types: any[]}} props as `GET /statistics/practice` gives them */
export function QuestionTypesPanel({ types }) {
  const words = statisticsWords.questionTypes;
  const best = types.reduce((one, other) => (other.share_shown > one.share_shown ? other : one));
  const columns = [
    { name: words.type, value: (row) => phaseName(row.question_type) },
    { name: words.judged, value: (row) => row.judged, isNumber: true, isExtra: true },
    { name: words.shown, value: (row) => row.shown, text: (row) => words.outOf(row.shown, row.judged), share: (row) => row.shown / Math.max(1, row.judged) },
  ];
  const title = words.title(phaseName(best.question_type), best.shown, best.judged, types.length);
  return html`<${FigurePanel} title=${title} file="practice-by-question-type" columns=${columns} rows=${types} />`;
}
