/** The practice session that was last, with its report. */
import { roomAddress } from "../../lib/room_access.js";
import { html } from "../../lib/ui.js";
import { todayWords as words } from "../../words/index.js";
import { useResource } from "../data.js";
import { When } from "../dates.js";
import { Loaded } from "../states.js";

/** Read the last practice session. */
export const useLastSession = () => useResource("/api/v1/sessions?per_page=1");

/**
 * @param {object} props
 * @param {(inner: any) => any} [props.around] draws what stands around it; without any practice it then draws nothing
 */
export function LastPractice({ around }) {
  const sessions = useLastSession();
  const last = sessions.data.value?.sessions[0];
  if (around && !last) return null;
  const inner = html`
    <${Loaded} of=${sessions}>
      ${() => (last ? html`<${Session} session=${last} />` : html`<${NoPractice} />`)}
    </${Loaded}>
  `;
  return around ? around(inner) : inner;
}

function Session({ session }) {
  const isOver = Boolean(session.ended_at);
  return html`
    <p class="today-title">${session.title}</p>
    <p class="muted"><${When} at=${session.created_at} />${!isOver && html` · ${words.underWay}`}</p>
    ${isOver
      ? html`<${ReportLine} id=${session.id} /><a class="button small outline" href=${`/app/sessions/${session.id}`}>${words.readReport}</a>`
      : html`<a class="button small" href=${roomAddress(session.room_id)}>${words.goBackIn}</a>`}
  `;
}

function ReportLine({ id }) {
  const report = useResource(`/api/v1/sessions/${id}/report`).data.value;
  const text = report && reportText(report);
  // Its line is there from the beginning: the link below is not to move.
  return html`<p class="today-report">${text}</p>`;
}

function reportText({ status, questions }) {
  if (status === "pending") return words.reportPending;
  if (status === "insufficient_evidence") return words.reportThin;
  const criteria = questions.flatMap((question) => question.criteria);
  const verdicts = criteria.map(({ verdict, disputed, self_verdict: own }) => (verdict && !disputed ? verdict : own)).filter(Boolean);
  return verdicts.length > 0 ? words.shown(verdicts.filter((verdict) => verdict === "shown").length, verdicts.length) : "";
}

function NoPractice() {
  return html`
    <p class="muted">${words.noPractice}</p>
    <a class="button small outline" href="/app/practice">${words.choosePractice}</a>
  `;
}
