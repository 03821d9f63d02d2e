/** How the scores of practice went. */
import { html } from "../../lib/ui.js";
import { statisticsWords } from "../../words/index.js";
import { dayText } from "../dates.js";
import { FigurePanel } from "./figure_panel.js";
import { wholeText } from "./numbers.js";
import { Plot } from "./plot.js";

/** @param {{scores: any[]}} props as `GET /statistics/practice` gives them */
export function ScoresPanel({ scores }) {
  const words = statisticsWords.scores;
  const scored = scores.filter(({ score, self_score: own }) => score !== null || own !== null);
  if (scored.length === 0) {
    return html`<section class="panel statistics-panel wide"><h2>${words.none}</h2><p class="statistics-note">${words.noneText}</p></section>`;
  }
  const score = (name) => (row) => row[name];
  const scoreText = (name) => (row) => (row[name] === null ? null : wholeText(row[name]));
  const columns = [
    { name: words.session, value: (row) => row.ended_at, text: (row) => html`<a href=${`/app/sessions/${row.session_id}`}>${dayText(row.ended_at)}</a>` },
    { name: words.score, value: score("score"), text: scoreText("score"), isNumber: true },
    { name: words.own, value: score("self_score"), text: scoreText("self_score"), isNumber: true },
  ];
  const series = [
    { name: words.score, values: scored.map(score("score")), colour: "--pico-primary" },
    { name: words.own, values: scored.map(score("self_score")), colour: "--hue-screening" },
  ].filter(({ values }) => values.some((value) => value !== null));
  return html`
    <${FigurePanel} title=${titleOf(scored)} note=${words.note} file="practice-scores" columns=${columns} rows=${scored} isWide>
      <${Plot} kind="lines" labels=${scored.map((row) => dayText(row.ended_at))} series=${series} max=${100} />
    </${FigurePanel}>
  `;
}

function titleOf(scored) {
  const words = statisticsWords.scores;
  const of = ({ score, self_score: own }) => Math.round(score ?? own);
  const first = of(scored[0]);
  const last = of(scored.at(-1));
  if (scored.length === 1) return words.one(last);
  return last === first ? words.same(last, scored.length) : words.went(first, last, scored.length);
}
