/** What answers show and what they lack, criterion by criterion. */
import { html, useSignal } from "../../lib/ui.js";
import { phaseName } from "../../lib/words.js";
import { statisticsWords } from "../../words/index.js";
import { FigurePanel } from "./figure_panel.js";

const FIRST = 8;
const MARKS = { shown: "●", partly: "◐", not_shown: "○" };

/** @param {{criteria: any[]}} props as `GET /statistics/practice` gives them */
export function CriteriaPanel({ criteria }) {
  const words = statisticsWords.criteria;
  const isWhole = useSignal(false);
  // What is shown least is what to practise next.
  const rows = criteria.toSorted((one, other) => one.share_shown - other.share_shown || other.judged - one.judged);
  const columns = [
    { name: words.criterion, value: (row) => row.criterion },
    { name: words.type, value: (row) => phaseName(row.question_type), isExtra: true },
    { name: words.shown, value: (row) => row.shown, text: (row) => words.outOf(row.shown, row.judged), share: (row) => row.shown / Math.max(1, row.judged) },
    { name: words.verdicts, value: (row) => verdictsText(row), text: (row) => html`<${Verdicts} of=${row} />` },
  ];
  const [least] = rows;
  const title = least.shown < least.judged ? words.title(least.criterion, least.shown, least.judged) : words.allShown;
  const foot =
    rows.length > FIRST &&
    html`<button type="button" class="quiet" aria-expanded=${String(isWhole.value)} onClick=${() => (isWhole.value = !isWhole.value)}>
      ${isWhole.value ? words.fewer : words.all(rows.length)}
    </button>`;
  const shown = isWhole.value ? rows : rows.slice(0, FIRST);
  return html`<${FigurePanel} title=${title} file="practice-by-criterion" columns=${columns} rows=${shown} allRows=${rows} foot=${foot} isWide />`;
}

function Verdicts({ of: { verdicts } }) {
  const newest = verdicts.slice(-10);
  return html`
    <span class="statistics-verdicts" aria-hidden="true">${newest.map(({ verdict }) => MARKS[verdict] ?? "–").join(" ")}</span>
    <span class="visually-hidden">${verdictsText({ verdicts: newest })}</span>
  `;
}

function verdictsText({ verdicts }) {
  return verdicts.map(({ verdict }) => statisticsWords.criteria.verdictNames[verdict] ?? verdict).join("; ");
}
