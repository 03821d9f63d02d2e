/** After the interview: its report, and what was said, to read and to keep. */
import { user } from "../lib/auth.js";
import { ArrivalHeading } from "../lib/parts.js";
import { saveTranscript, Transcript } from "../lib/transcript.js";
import { Debrief } from "../report/debrief.js";
import { html, useLayoutEffect, useRef, useSignal } from "../lib/ui.js";
import { endName, minutesText } from "../lib/words.js";
import { roomWords, transcriptWords } from "../words/index.js";
import { LateAnswer } from "./answer_box.js";

export function Over({ visit }) {
  const { completion, entries } = visit.room;
  const lasted = completion.value && roomWords.lasted(endName(completion.value.reason), minutesText(completion.value.minutes));
  const save = () => saveTranscript({ title: visit.title, entries: entries.value, plan: visit.plan.value });
  return html`
    <article class=${user.value ? "reading with-report" : "reading"}>
      <${ArrivalHeading}>${roomWords.over}</${ArrivalHeading}>
      <p>${lasted} ${user.value ? roomWords.isKept : roomWords.isNotKept}</p>
      <${Unsent} visit=${visit} />
      <div class="actions">
        ${waysBack(visit).map(
          ([address, words], at) => html`<a class=${at === 0 ? "button" : "button outline"} href=${address}>${words}</a>`,
        )}
        ${entries.value.length > 0 &&
        html`<button type="button" class="outline" onClick=${save}>${roomWords.saveTranscript}</button>`}
      </div>
      ${user.value
        ? html`<${Debrief}
            sessionId=${visit.sessionId}
            entries=${entries.value}
            plan=${visit.plan.value}
            news=${visit.room.reports.value + visit.draft.sent.value}
          />`
        : html`<${WithoutReport} entries=${entries.value} plan=${visit.plan.value} />`}
    </article>
  `;
}

/** Where to go from here, the nearest first: to what was practised for, to other practice. */
function waysBack(visit) {
  if (!user.value) return [["/app/?register=1", roomWords.createAccount], ["/app/", roomWords.toStart]];
  const positionId = visit.plan.value?.position_id;
  const practice = ["/app/practice", roomWords.toPractice];
  return positionId ? [[`/app/positions/${positionId}`, roomWords.toPosition], practice] : [practice];
}

/** For guests: a report is kept with an account, and nobody else may read it. */
function WithoutReport({ entries, plan }) {
  return html`
    <p class="muted">${roomWords.withAccount}</p>
    <h2>${transcriptWords.title}</h2>
    ${entries.length === 0 && html`<p class="muted">${transcriptWords.nothingSaid}</p>`}
    <${Transcript} entries=${entries} plan=${plan} />
  `;
}

/** The answer that was not sent yet when the interview ended, until it is. */
function Unsent({ visit }) {
  const { draft } = visit;
  const before = useSignal({ hadDraft: !draft.isBlank.value, sent: draft.sent.value }).value;
  const isSent = draft.sent.value > before.sent;
  const message = useRef(null);
  useLayoutEffect(() => {
    // The box that had the focus is gone.
    if (isSent && document.activeElement === document.body) message.current.focus();
  }, [isSent]);
  if (isSent && draft.isBlank.value) return html`<p tabindex="-1" ref=${message}>${roomWords.answerSent}</p>`;
  return before.hadDraft && html`<${LateAnswer} visit=${visit} />`;
}
