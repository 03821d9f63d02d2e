/** After a session: its report, and what was said beside it. */
import { Problem } from "../lib/parts.js";
import { Transcript } from "../lib/transcript.js";
import { html, useEffect, useRef } from "../lib/ui.js";
import { reportWords, transcriptWords, words } from "../words/index.js";
import { Bar } from "./bars.js";
import { Delivery } from "./delivery.js";
import { Question } from "./question.js";
import { summaryOf, VERDICTS } from "./report_words.js";
import { SessionReport } from "./session_report.js";

const MIN_JUDGED = 3;

/**
 * @param {object} props
 * @param {string} props.sessionId a session of the user's that has ended
 * @param {any[]} props.entries its transcript
 * @param {any} props.plan
 * @param {number} [props.news] grows when the report has become another one: it is read again
 */
export function Debrief({ sessionId, entries, plan, news = 0 }) {
  const kept = useRef(null);
  kept.current ??= new SessionReport(sessionId);
  const report = kept.current;
  useEffect(() => void report.load(), [news]);
  useEffect(() => () => report.close(), []);
  return html`
    <div class="debrief">
      <section class="report" aria-labelledby="report-title">
        <div>
          <h2 id="report-title">${reportWords.title}</h2>
          <${ReportState} report=${report} />
        </div>
        <${Report} report=${report} entries=${entries} />
      </section>
      <section class="whole-transcript" aria-labelledby="said-title">
        <h2 id="said-title">${transcriptWords.title}</h2>
        ${entries.length === 0 && html`<p class="muted">${transcriptWords.nothingSaid}</p>`}
        <${Transcript} entries=${entries} plan=${plan} lit=${report.lit.value} />
      </section>
    </div>
  `;
}

/** How far the report is, told as it changes. */
function ReportState({ report }) {
  const status = report.report.value?.status;
  const isPending = status === "pending";
  const text = reportWords.states[status];
  return html`
    <${Problem} text=${report.problem.value} />
    <p role="status" aria-busy=${isPending} class=${text ? "report-state" : "nothing"}>${text}</p>
    ${!report.report.value && !report.isMissing.value && !report.problem.value && html`<p aria-busy="true">${reportWords.reading}</p>`}
    ${report.isMissing.value && html`<p>${reportWords.none}</p>`}
    ${(report.isMissing.value || status === "failed") &&
    html`<div class="actions">
      <button type="button" onClick=${report.make}>${report.isMissing.value ? reportWords.make : words.tryAgain}</button>
    </div>`}
  `;
}

function Report({ report, entries }) {
  const made = report.report.value;
  if (!made || made.status === "pending") return null;
  const { questions } = made;
  const summary = summaryOf(made, (sequence, criterion) => report.ownVerdict(sequence, criterion));
  return html`
    ${summary && html`<p class="summary">${summary}</p>`}
    ${questions.length === 0 && html`<p class="muted">${reportWords.noQuestion}</p>`}
    <${Scores} report=${report} made=${made} />
    ${questions.map(
      (question) => html`<${Question} key=${question.sequence} report=${report} question=${question} entries=${entries} />`,
    )}
    <${Delivery} delivery=${made.delivery} />
    <${Note} report=${report} />
    <${Saving} report=${report} />
    <div class="actions report-actions">
      <button type="button" class="outline" onClick=${() => window.print()}>${reportWords.print}</button>
      ${made.status !== "failed" && html`<button type="button" class="quiet" onClick=${report.make}>${reportWords.makeAnew}</button>`}
    </div>
    <p class="muted">${madeText(made)}</p>
  `;
}

function Scores({ report, made }) {
  const criteria = made.questions.flatMap(({ sequence, criteria: all }) =>
    all.map((one) => ({ ...one, own: report.ownVerdict(sequence, one.criterion)?.verdict ?? null })),
  );
  if (criteria.length === 0) return null;
  const byModel = criteria.map(({ verdict, disputed }) => (disputed ? null : verdict));
  return html`
    <dl class="facts scores">
      ${made.made_by === "model" && html`<${Score} name=${reportWords.modelsVerdicts} verdicts=${byModel} score=${made.score} />`}
      <${Score} name=${reportWords.yourVerdicts} verdicts=${criteria.map(({ own }) => own)} score=${made.self_score} />
    </dl>
  `;
}

function Score({ name, verdicts, score }) {
  const parts = VERDICTS.map(({ verdict }) => ({ kind: verdict, value: verdicts.filter((one) => one === verdict).length }));
  const judged = verdicts.filter(Boolean).length;
  const counts = VERDICTS.map(({ name: word }, index) => [parts[index].value, word]);
  return html`
    <div>
      <dt>${name}</dt>
      <dd>
        ${score !== null && html`<strong>${reportWords.score(Math.round(score))}</strong> · `}
        ${judged > 0 ? reportWords.verdictCounts(counts, verdicts.length) : reportWords.noVerdicts}
        ${score === null && judged > 0 && ` ${reportWords.scoreTakes(MIN_JUDGED)}`}
        <${Bar} parts=${parts} whole=${verdicts.length} />
      </dd>
    </div>
  `;
}

/** What the candidate wants to remember. */
function Note({ report }) {
  const own = report.own.value;
  if (!own) return null;
  return html`
    <label class="note">
      ${reportWords.note}
      <textarea
        rows="3"
        maxlength="20000"
        defaultValue=${own.note ?? ""}
        onChange=${(event) => report.writeNote(event.target.value)}
      />
    </label>
    ${own.note &&
    html`<div class="on-paper">
      <p class="small-label">${reportWords.note}</p>
      <p class="words">${own.note}</p>
    </div>`}
  `;
}

function Saving({ report }) {
  const said = { saving: reportWords.saving, saved: words.saved, failed: reportWords.notSaved(report.savingProblem.value) };
  const state = report.saving.value;
  return html`
    <div class=${`saving ${state}`}>
      <p role="status" class=${state ? "" : "nothing"}>${said[state]}</p>
      ${state === "failed" && html`<button type="button" class="small outline" onClick=${report.save}>${words.tryAgain}</button>`}
    </div>
  `;
}

function madeText({ made_by: madeBy, model, tokens }) {
  if (madeBy !== "model") return reportWords.madeByCode;
  return [reportWords.madeBy(model), tokens !== null && reportWords.tokens(tokens)].filter(Boolean).join(" ");
}
