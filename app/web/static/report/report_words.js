/** How a report says things. */
import { reportWords, sharedWords } from "../words/index.js";

/** The verdicts, best first, each with its shape: they are told apart without colour. */
export const VERDICTS = [
  { verdict: "shown", shape: "●", name: reportWords.verdicts.shown },
  { verdict: "partly", shape: "◐", name: reportWords.verdicts.partly },
  { verdict: "not_shown", shape: "○", name: reportWords.verdicts.not_shown },
];
const NO_VERDICT = { verdict: null, shape: "–", name: reportWords.notJudged };

/** The signs in the order in which they are shown. */
export const SIGNS = ["own_part", "team", "numbers", "results", "examples", "hedges"].map(withWords);

/** @returns {{sign: string, name: string, found?: string, next?: string}} */
function withWords(sign) {
  return { sign, ...reportWords.signs[sign] };
}

/** Return the shape and the name of a verdict. */
export const verdictOf = (verdict) => VERDICTS.find((one) => one.verdict === verdict) ?? NO_VERDICT;

/**
 * Return what was strong and what to try next in a sentence or two: from the verdicts (one's own before a model's that
 * is not disputed), else from the signs. Null where there is nothing to say it from.
 */
export function summaryOf(report, ownVerdict) {
  return fromVerdicts(report, ownVerdict) ?? fromSigns(report);
}

function fromVerdicts(report, ownVerdict) {
  const judged = report.questions.flatMap(({ sequence, criteria }) =>
    criteria.map(({ criterion, verdict, disputed }) => ({
      criterion,
      verdict: ownVerdict(sequence, criterion)?.verdict ?? (disputed ? null : verdict),
    })),
  );
  const first = (verdict) => judged.find((one) => one.verdict === verdict)?.criterion;
  const strong = first("shown");
  const next = first("not_shown") ?? first("partly");
  const sentences = [strong && reportWords.strong(strong), next && reportWords.tryNext(next)].filter(Boolean);
  return sentences.length > 0 ? sentences.join(" ") : null;
}

function fromSigns({ questions }) {
  // Where too little was said, that a sign is not there means nothing.
  const told = questions.filter(({ status }) => status !== "insufficient_evidence");
  const count = (sign) => told.filter(({ signs }) => signs[sign].count > 0).length;
  const telling = SIGNS.filter(({ found }) => found);
  const found = telling.filter(({ sign }) => count(sign) > 0);
  // None at all is more likely another language than an answer without any.
  if (found.length === 0) return null;
  const [rarest] = [...telling].sort((one, other) => count(one.sign) - count(other.sign));
  const has = reportWords.signsFound(found.map((one) => one.found));
  if (count(rarest.sign) === told.length) return has;
  // What some answers have already is not told as if none had it.
  const next = count(rarest.sign) > 0 ? reportWords.tryNextSignMore : reportWords.tryNextSign;
  return `${has} ${next(rarest.next)}`;
}

/** Return seconds as people say them: "4.2 s", "48 s", "3 min 6 s". */
export function secondsText(seconds) {
  if (seconds < 10) return sharedWords.seconds(Math.round(seconds * 10) / 10);
  const whole = Math.round(seconds);
  if (whole < 60) return sharedWords.seconds(whole);
  const minutes = Math.floor(whole / 60);
  return whole % 60 ? sharedWords.minutesAndSeconds(minutes, whole % 60) : sharedWords.minutes(minutes);
}
