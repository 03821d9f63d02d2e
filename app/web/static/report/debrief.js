/** After a session: its report, and what was said beside it. */
import { Problem } from "../lib/parts.js";
import { Transcript } from "../lib/transcript.js";
import { html, useEffect, useRef } from "../lib/ui.js";
import { Bar } from "./bars.js";
import { Delivery } from "./delivery.js";
import { Question } from "./question.js";
import { countText, summaryOf, VERDICTS } from "./report_words.js";
import { SessionReport } from "./session_report.js";

const MIN_JUDGED = 3;
const TOO_LITTLE =
  "Too little was said to judge: it takes 20 words that say something in an answer. What there is stands below.";
const FAILED = "Your answers could not be judged this time. What can be found without a model stands below.";

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
          <h2 id="report-title">Report</h2>
          <${ReportState} report=${report} />
        </div>
        <${Report} report=${report} entries=${entries} />
      </section>
      <section class="whole-transcript" aria-labelledby="said-title">
        <h2 id="said-title">Transcript</h2>
        ${entries.length === 0 && html`<p class="muted">Nothing was said.</p>`}
        <${Transcript} entries=${entries} plan=${plan} lit=${report.lit.value} />
      </section>
    </div>
  `;
}

/** How far the report is, told as it changes. */
function ReportState({ report }) {
  const status = report.report.value?.status;
  const isPending = status === "pending";
  const words = {
    pending: "Your report is being made. It is here in a moment, after three minutes at most.",
    failed: FAILED,
    insufficient_evidence: TOO_LITTLE,
  };
  return html`
    <${Problem} text=${report.problem.value} />
    <p role="status" aria-busy=${isPending} class=${words[status] ? "report-state" : "nothing"}>${words[status]}</p>
    ${!report.report.value && !report.isMissing.value && !report.problem.value && html`<p aria-busy="true">Reading the report…</p>`}
    ${report.isMissing.value && html`<p>There is no report of this session yet.</p>`}
    ${(report.isMissing.value || status === "failed") &&
    html`<div class="actions">
      <button type="button" onClick=${report.make}>${report.isMissing.value ? "Make one" : "Try again"}</button>
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
    ${questions.length === 0 && html`<p class="muted">No question was reached.</p>`}
    <${Scores} report=${report} made=${made} />
    ${questions.map(
      (question) => html`<${Question} key=${question.sequence} report=${report} question=${question} entries=${entries} />`,
    )}
    <${Delivery} delivery=${made.delivery} />
    <${Note} report=${report} />
    <${Saving} report=${report} />
    <div class="actions report-actions">
      <button type="button" class="outline" onClick=${() => window.print()}>Print</button>
      ${made.status !== "failed" && html`<button type="button" class="quiet" onClick=${report.make}>Make the report anew</button>`}
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
      ${made.made_by === "model" && html`<${Score} name="The model's verdicts" verdicts=${byModel} score=${made.score} />`}
      <${Score} name="Your verdicts" verdicts=${criteria.map(({ own }) => own)} score=${made.self_score} />
    </dl>
  `;
}

function Score({ name, verdicts, score }) {
  const parts = VERDICTS.map(({ verdict }) => ({ kind: verdict, value: verdicts.filter((one) => one === verdict).length }));
  const judged = verdicts.filter(Boolean).length;
  const counts = VERDICTS.map(({ name: word }, index) => `${parts[index].value} ${word.toLowerCase()}`).join(", ");
  return html`
    <div>
      <dt>${name}</dt>
      <dd>
        ${score !== null && html`<strong>${Math.round(score)} of 100</strong> · `}
        ${judged > 0 ? `${counts}, of ${verdicts.length} ${verdicts.length === 1 ? "criterion" : "criteria"}.` : "None yet."}
        ${score === null && judged > 0 && ` A score takes ${MIN_JUDGED}.`}
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
      Your note
      <textarea
        rows="3"
        maxlength="20000"
        defaultValue=${own.note ?? ""}
        onChange=${(event) => report.writeNote(event.target.value)}
      />
    </label>
    ${own.note &&
    html`<div class="on-paper">
      <p class="small-label">Your note</p>
      <p class="words">${own.note}</p>
    </div>`}
  `;
}

function Saving({ report }) {
  const words = { saving: "Saving…", saved: "Saved.", failed: `Not saved: ${report.savingProblem.value}` };
  const state = report.saving.value;
  return html`
    <div class=${`saving ${state}`}>
      <p role="status" class=${state ? "" : "nothing"}>${words[state]}</p>
      ${state === "failed" && html`<button type="button" class="small outline" onClick=${report.save}>Try again</button>`}
    </div>
  `;
}

function madeText({ made_by: madeBy, model, tokens }) {
  if (madeBy !== "model") return "Made without a language model: what is found is found by plain code.";
  const spent = tokens === null ? "" : ` It took ${countText(tokens, "token")}.`;
  return `Verdicts by ${model ?? "a language model"}, which can be wrong.${spent}`;
}
