/** The questions of one's own plans that wait for a first answer. */
import { html, useId } from "../../lib/ui.js";
import { phaseName } from "../../lib/words.js";
import { statisticsWords } from "../../words/index.js";
import { saveCsv } from "./csv.js";

const FIRST = 10;

/** @param {{questions: any[], total: number}} props as `GET /statistics/practice` gives them */
export function NeverPractised({ questions, total }) {
  const words = statisticsWords.neverPractised;
  const id = useId();
  const item = (question) => html`
    <li key=${`${question.mock_interview_id} ${question.sequence}`}>
      <a href=${`/app/practice/${question.mock_interview_id}`}>${question.question || question.question_id}</a>
      <small>${phaseName(question.question_type)} · ${question.title}</small>
    </li>
  `;
  const rest = questions.slice(FIRST);
  const columns = [
    { name: words.question, value: (row) => row.question || row.question_id },
    { name: words.type, value: (row) => phaseName(row.question_type) },
    { name: words.plan, value: (row) => row.title },
  ];
  return html`
    <section class="panel statistics-panel" aria-labelledby=${id}>
      <h2 id=${id}>${words.title(total)}</h2>
      <ul class="statistics-questions">${questions.slice(0, FIRST).map(item)}</ul>
      ${rest.length > 0 && html`<details><summary>${words.more(rest.length)}</summary><ul class="statistics-questions">${rest.map(item)}</ul></details>`}
      <div class="actions">
        <button type="button" class="quiet" aria-label=${statisticsWords.saveCsvOf(words.title(total))} onClick=${() => saveCsv("never-practised", columns, questions)}>
          ${statisticsWords.saveCsv}
        </button>
      </div>
    </section>
  `;
}
