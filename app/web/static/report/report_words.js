/** How a report says things. */

/** The verdicts, best first, each with its shape: they are told apart without colour. */
export const VERDICTS = [
  { verdict: "shown", shape: "●", name: "Shown" },
  { verdict: "partly", shape: "◐", name: "Partly" },
  { verdict: "not_shown", shape: "○", name: "Not shown" },
];
export const NO_VERDICT = { verdict: null, shape: "–", name: "Not judged" };

/** The signs in the order in which they are shown. */
export const SIGNS = [
  { sign: "own_part", name: "Your own part", found: "what you did yourself", next: "say what you did yourself" },
  { sign: "team", name: "The team" },
  { sign: "numbers", name: "Figures", found: "figures", next: "put a figure on something" },
  { sign: "results", name: "Outcomes", found: "what came of it", next: "say what came of it" },
  { sign: "examples", name: "Particular times", found: "a particular time", next: "tell of one particular time" },
  { sign: "hedges", name: "Hedges" },
];

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
  const sentences = [strong && `Strong: “${strong}”.`, next && `To try next: “${next}”.`].filter(Boolean);
  return sentences.length > 0 ? sentences.join(" ") : null;
}

function fromSigns({ questions }) {
  // Where too little was said, that a sign is not there means nothing.
  const told = questions.filter(({ status }) => status !== "insufficient_evidence");
  const count = (sign) => told.filter(({ signs }) => signs[sign].count > 0).length;
  const withWords = SIGNS.filter(({ found }) => found);
  const found = withWords.filter(({ sign }) => count(sign) > 0);
  // None at all is more likely another language than an answer without any.
  if (found.length === 0) return null;
  const [rarest] = [...withWords].sort((one, other) => count(one.sign) - count(other.sign));
  const has = `Your answers mention ${listText(found.map((one) => one.found))}.`;
  if (count(rarest.sign) === told.length) return has;
  // What some answers have already is not told as if none had it.
  const where = count(rarest.sign) > 0 ? " in every answer" : "";
  return `${has} To try next: ${rarest.next}${where}.`;
}

/** Return "a, b and c". */
function listText(words) {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** Return seconds as people say them: "4.2 s", "48 s", "3 min 6 s". */
export function secondsText(seconds) {
  if (seconds < 10) return `${Math.round(seconds * 10) / 10} s`;
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min${whole % 60 ? ` ${whole % 60} s` : ""}`;
}

/** Return a number with its noun: "1 word", "1,204 words". */
export const countText = (count, noun) => `${count.toLocaleString()} ${noun}${count === 1 ? "" : "s"}`;
