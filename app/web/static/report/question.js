/** One question of a report: its criteria, the signs in its answer, and the answer of an earlier session. */
import { callAsUser } from "../lib/auth.js";
import { Problem } from "../lib/parts.js";
import { html, useEffect, useSignal } from "../lib/ui.js";
import { phaseName } from "../lib/words.js";
import { reportWords } from "../words/index.js";
import { Bar } from "./bars.js";
import { Criterion, VerdictWord } from "./criterion.js";
import { Quote } from "./quote.js";
import { secondsText, SIGNS } from "./report_words.js";

const SHOWN_QUOTES = 8;

/** @param {{report: any, question: any, entries: any[]}} props `report` is a SessionReport */
export function Question({ report, question, entries }) {
  const { sequence, question_type: type, question: text, criteria, follow_ups: followUps, earlier } = question;
  const titleId = `question-${sequence}`;
  const state = stateOf(question, report.report.value);
  return html`
    <section class="card report-question" aria-labelledby=${titleId}>
      <h3 id=${titleId}>${reportWords.question(sequence, phaseName(type))}</h3>
      <p class="asked">${text}</p>
      ${followUps.length > 0 && html`<p class="muted">${reportWords.askedAsWell(followUps.join(" "))}</p>`}
      <p class="muted">${factsOf(question)}</p>
      ${state && html`<p>${state}</p>`}
      ${criteria.length > 0 &&
      html`<ul class="criteria">
        ${criteria.map(
          (criterion, number) => html`
            <${Criterion}
              key=${criterion.criterion}
              report=${report}
              sequence=${sequence}
              number=${number}
              criterion=${criterion}
            />
          `,
        )}
      </ul>`}
      <${Signs} report=${report} signs=${question.signs} />
      ${earlier && html`<${Earlier} question=${question} entries=${entries} />`}
      <${Retry} report=${report} sequence=${sequence} />
    </section>
  `;
}

function factsOf({ signs, seconds_used: seconds }) {
  const { longest_stretch_seconds: stretch, seconds_to_first_word: first } = signs;
  return [
    reportWords.words(signs.words),
    reportWords.onQuestion(secondsText(seconds)),
    first !== null && reportWords.firstWord(secondsText(first)),
    stretch !== null && reportWords.longestStretch(secondsText(stretch)),
  ]
    .filter(Boolean)
    .join(" · ");
}

function stateOf({ status, criteria }, { made_by: madeBy }) {
  if (status === "insufficient_evidence") return reportWords.tooLittle;
  if (status === "judged" || criteria.length === 0) return "";
  return madeBy === "model" ? reportWords.modelDidNotJudge : reportWords.nobodyJudged;
}

/** What plain code found in the words of an answer. */
function Signs({ report, signs }) {
  const found = SIGNS.filter(({ sign }) => signs[sign].count > 0);
  if (found.length === 0) return null;
  const most = Math.max(...found.map(({ sign }) => signs[sign].count));
  return html`
    <h4>${reportWords.signsTitle}</h4>
    <p class="muted">${reportWords.signsText}</p>
    <ul class="signs">
      ${found.map(({ sign, name }) => {
        const { count, places } = signs[sign];
        return html`
          <li key=${sign}>
            <span class="sign-name">${name}</span>
            <span class="figure">${count}</span>
            <${Bar} parts=${[{ value: count, kind: "full" }]} whole=${most} />
            <span class="sign-places"><${Places} report=${report} places=${places} /></span>
          </li>
        `;
      })}
    </ul>
  `;
}

function Places({ report, places }) {
  const groups = new Map();
  for (const place of places) {
    const key = `${place.seq} ${place.quote}`;
    groups.set(key, { quote: place, times: (groups.get(key)?.times ?? 0) + 1 });
  }
  const all = [...groups.values()];
  return html`
    ${all.slice(0, SHOWN_QUOTES).map(({ quote, times }) => html`<${Quote} report=${report} quote=${quote} times=${times} />${" "}`)}
    ${all.length > SHOWN_QUOTES && html`<span class="muted">${reportWords.morePlaces(all.length - SHOWN_QUOTES)}</span>`}
  `;
}

/** The answer of the session that the question was practised again for, beside this one. */
function Earlier({ question, entries }) {
  const { earlier } = question;
  const old = useSignal(null);
  const problem = useSignal("");
  useEffect(() => {
    const load = async () => {
      try {
        old.value = (await callAsUser("GET", `/api/v1/sessions/${earlier.session_id}/transcript`)).entries;
      } catch (error) {
        problem.value = error.message;
      }
    };
    load();
  }, []);
  return html`
    <h4>${reportWords.thenAndNow}</h4>
    <${Problem} text=${problem.value} />
    <div class="then-and-now">
      <div>
        <p class="small-label">${reportWords.then} (<a href=${`/app/sessions/${earlier.session_id}`}>${reportWords.thatSession}</a>)</p>
        <${Answer} seqs=${earlier.entries} entries=${old.value ?? []} />
        <${Verdicts} criteria=${earlier.criteria} />
      </div>
      <div>
        <p class="small-label">${reportWords.now}</p>
        <${Answer} seqs=${question.entries} entries=${entries} />
        <${Verdicts} criteria=${question.criteria} />
      </div>
    </div>
  `;
}

function Answer({ seqs, entries }) {
  const wanted = new Set(seqs);
  return entries.filter(({ seq }) => wanted.has(seq)).map(({ seq, text }) => html`<p class="words" key=${seq}>${text}</p>`);
}

function Verdicts({ criteria }) {
  const judged = criteria.filter((one) => one.verdict || one.self_verdict);
  return html`
    <ul>
      ${judged.map(
        ({ criterion, verdict, self_verdict: own, disputed }) => html`
          <li key=${criterion}>
            <${VerdictWord} verdict=${own ?? (disputed ? null : verdict)} />: ${criterion}
          </li>
        `,
      )}
    </ul>
  `;
}

function Retry({ report, sequence }) {
  const isOpening = useSignal(false);
  const problem = useSignal("");
  const open = async () => {
    isOpening.value = true;
    problem.value = "";
    try {
      window.location.assign(await report.retry(sequence));
    } catch (error) {
      problem.value = error.message;
      isOpening.value = false;
    }
  };
  return html`
    <${Problem} text=${problem.value} />
    <div class="actions">
      <button
        type="button"
        class="small outline"
        aria-label=${reportWords.answerAgainWhich(sequence)}
        aria-busy=${isOpening.value}
        disabled=${isOpening.value}
        onClick=${open}
      >
        ${reportWords.answerAgain}
      </button>
    </div>
  `;
}
