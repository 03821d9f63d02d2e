/** How an interview ended, with the way back: an interview that was not passed closes its position. */
import { callAsUser } from "../../lib/auth.js";
import { outcomes, positionWords } from "../../words/index.js";
import { changed } from "../data.js";
import { say, sayFailed } from "../notices.js";

/**
 * @param {{id: string, outcome: string}} interview
 * @param {{id: string, status: string}} position
 * @param {string} outcome
 */
export async function setOutcome(interview, position, outcome) {
  if (outcome === interview.outcome) return;
  const isClosing = outcome === "failed" && position.status !== "rejected";
  try {
    await putOutcome(interview.id, outcome);
  } catch (error) {
    sayFailed(error);
    return;
  }
  say(isClosing ? positionWords.failedMeansRejected : positionWords.outcomeSaved(outcomes[outcome]), async () => {
    await putOutcome(interview.id, interview.outcome);
    if (isClosing) await callAsUser("PUT", `/api/v1/positions/${position.id}/status`, { body: { status: position.status } });
    await changed();
  });
  await changed();
}

const putOutcome = (id, outcome) => callAsUser("PUT", `/api/v1/interviews/${id}/outcome`, { body: { outcome } });
