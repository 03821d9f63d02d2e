/** Whether scores of practice tell anything about the interviews that follow. */
import { html } from "../../lib/ui.js";
import { statisticsWords } from "../../words/index.js";
import { FigurePanel } from "./figure_panel.js";
import { percentText, wholeText } from "./numbers.js";

/** @param {{bands: any[]}} props as `GET /statistics/practice` gives them, the lowest scores first */
export function CalibrationPanel({ bands }) {
  const words = statisticsWords.calibration;
  const bandText = (row) => words.band(wholeText(row.score_from), wholeText(row.score_to));
  const columns = [
    { name: words.score, value: bandText },
    { name: words.passed, value: (row) => row.passed, text: (row) => words.outOf(row.passed, row.interviews) },
    {
      name: words.rate,
      value: (row) => row.pass_rate,
      text: (row) => (row.pass_rate === null ? words.missing(row.missing) : percentText(row.pass_rate)),
      share: (row) => (row.pass_rate === null ? null : row.pass_rate / 100),
    },
  ];
  const told = bands.filter((band) => band.pass_rate !== null);
  const best = told.at(-1);
  const title = best ? words.title(bandText(best), best.passed, best.interviews) : words.tooEarly;
  return html`<${FigurePanel} title=${title} note=${words.note} file="practice-and-interviews" columns=${columns} rows=${bands} />`;
}
