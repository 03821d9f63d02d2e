/** A criterion of a question: the model's verdict, where it may be met, and the candidate's own verdict. */
import { Problem } from "../lib/parts.js";
import { html, useLayoutEffect, useRef, useSignal } from "../lib/ui.js";
import { reportWords, words } from "../words/index.js";
import { Quote } from "./quote.js";
import { VERDICTS, verdictOf } from "./report_words.js";

/**
 * @param {{report: any, sequence: number, number: number, criterion: any}} props `report` is a SessionReport;
 *   `number` tells the criteria of a question apart
 */
export function Criterion({ report, sequence, number, criterion }) {
  const { criterion: text, verdict, evidence, proposals, advice } = criterion;
  const own = report.ownVerdict(sequence, text);
  const others = proposals.filter((proposal) => !evidence.some(overlaps(proposal)));
  const offered = distinct([...evidence, ...others, ...(own?.evidence ?? [])]);
  const judge = (chosen) => report.judge(sequence, text, chosen);
  const onKeyDown = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("textarea")) return;
    const chosen = VERDICTS[Number(event.key) - 1];
    if (!chosen || !report.own.value) return;
    event.preventDefault();
    judge(chosen.verdict);
  };
  return html`
    <li class="criterion" onKeyDown=${onKeyDown}>
      <h4 id=${`criterion-${sequence}-${number}`}>${text}</h4>
      ${verdict && html`<${ModelVerdict} report=${report} sequence=${sequence} criterion=${criterion} />`}
      ${advice && html`<p class="advice">${advice}</p>`}
      ${offered.length > 0 &&
      html`
        <p class="small-label">${verdict ? reportWords.whereShown : reportWords.whereMaybeShown}</p>
        <ul class="quotes">
          ${offered.map(
            (quote) => html`
              <li key=${`${quote.seq} ${quote.quote}`}>
                <${Quote} report=${report} quote=${quote} />
                ${own && own.verdict !== "not_shown" && html`<${Take} report=${report} sequence=${sequence} text=${text} quote=${quote} />`}
              </li>
            `,
          )}
        </ul>
      `}
      <${OwnVerdict}
        report=${report}
        name=${`own-${sequence}-${number}`}
        labelledBy=${`criterion-${sequence}-${number}`}
        own=${own}
        onJudge=${judge}
      />
    </li>
  `;
}

function ModelVerdict({ report, sequence, criterion: { criterion, verdict, disputed } }) {
  const isAsking = useSignal(false);
  const note = useSignal("");
  const problem = useSignal("");
  const box = useRef(null);
  useLayoutEffect(() => {
    if (isAsking.value) box.current.focus();
  }, [isAsking.value]);
  const act = async (work) => {
    problem.value = "";
    try {
      await work();
      isAsking.value = false;
    } catch (error) {
      problem.value = error.message;
    }
  };
  const send = (event) => {
    event.preventDefault();
    act(() => report.dispute(sequence, criterion, note.value));
  };
  return html`
    <div class="model-verdict">
      <p>
        <span class="small-label">${reportWords.model}</span> <${VerdictWord} verdict=${verdict} />
        ${disputed && html` <span class="muted">${reportWords.disputed(disputed.note)}</span>`}
        ${" "}
        ${disputed
          ? html`<button type="button" class="quiet" onClick=${() => act(() => report.accept(sequence, criterion))}>
              ${reportWords.takeBack}
            </button>`
          : !isAsking.value &&
            html`<button
              type="button"
              class="quiet"
              aria-label=${reportWords.disputeWhich(criterion)}
              onClick=${() => (isAsking.value = true)}
            >
              ${reportWords.dispute}
            </button>`}
      </p>
      ${isAsking.value &&
      html`
        <form class="dispute" onSubmit=${send}>
          <label>
            ${reportWords.why}
            <textarea rows="2" ref=${box} value=${note.value} onInput=${(event) => (note.value = event.target.value)} />
          </label>
          <div class="actions">
            <button type="submit" class="small">${reportWords.markWrong}</button>
            <button type="button" class="small outline secondary" onClick=${() => (isAsking.value = false)}>${words.cancel}</button>
          </div>
        </form>
      `}
      <${Problem} text=${problem.value} />
    </div>
  `;
}

/** A button that makes a quote evidence of one's own verdict. */
function Take({ report, sequence, text, quote }) {
  const isTaken = report.isTaken(sequence, text, quote);
  return html`
    <button
      type="button"
      class="quiet take"
      aria-pressed=${isTaken}
      aria-label=${`${isTaken ? reportWords.mine : reportWords.take}: ${quote.quote}`}
      onClick=${() => report.toggleEvidence(sequence, text, quote)}
    >
      ${isTaken ? `✓ ${reportWords.mine}` : reportWords.take}
    </button>
  `;
}

function OwnVerdict({ report, name, labelledBy, own, onJudge }) {
  const isReady = report.own.value !== null;
  return html`
    <div class="own-verdict" role="radiogroup" aria-labelledby=${labelledBy}>
      <span class="small-label">${reportWords.you}</span>
      ${VERDICTS.map(
        ({ verdict, name: label }, index) => html`
          <label class="choice">
            <input
              type="radio"
              name=${name}
              checked=${own?.verdict === verdict}
              disabled=${!isReady}
              aria-keyshortcuts=${index + 1}
              onChange=${() => onJudge(verdict)}
            />
            ${label}
          </label>
        `,
      )}
      ${own && html`<button type="button" class="quiet" onClick=${() => onJudge(null)}>${reportWords.clear}</button>`}
      <span class="on-paper"><${VerdictWord} verdict=${own?.verdict ?? null} /></span>
    </div>
  `;
}

/** A verdict as its shape and its word. */
export function VerdictWord({ verdict }) {
  const { shape, name } = verdictOf(verdict);
  return html`<span class="verdict"><span aria-hidden="true">${shape}</span> ${name}</span>`;
}

/** Whether one of two quotes is a part of the other: a proposal that has the model's evidence in it is nothing new. */
const overlaps =
  ({ seq, quote }) =>
  (other) =>
    other.seq === seq && (other.quote.includes(quote) || quote.includes(other.quote));

function distinct(quotes) {
  return [...new Map(quotes.map((quote) => [`${quote.seq} ${quote.quote}`, quote])).values()];
}
