/** Plans of practice: where they are read, and how one is made of another without leaving a heap of them. */
import { callAsUser } from "../../lib/auth.js";
import { oneTabAtATime } from "../../lib/one_tab.js";
import { minutesText } from "../../lib/words.js";
import { practiceWords } from "../../words/index.js";

export const OWN_PLANS = "/api/v1/mock-interviews?per_page=100";
export const TEMPLATES = "/api/v1/mock-interviews/templates";

const LONGEST_TITLE = 200;
const SHORTEST_PHASE_MINUTES = 0.5;
const LONGEST_PHASE_MINUTES = 180;

/**
 * @typedef {{id: string, title: string, description: string | null, phases: number, minutes: number, question_types: string[]}} Plan
 *   as the lists of the API have it
 */

/** Whether a plan is a ready-made one, which has a slug for an id. */
export const isTemplate = (plan) => !("created_at" in plan);

/** Return where a plan is read whole. */
export const pathOf = (plan) => (isTemplate(plan) ? `${TEMPLATES}/${plan.id}` : `/api/v1/mock-interviews/${plan.id}`);

/**
 * Leave out what a question that was answered again and again has brought: of such plans the newest stands for all.
 *
 * @param {Plan[]} plans newest first
 * @returns {Plan[]}
 */
export function withoutRepeats(plans) {
  const seen = new Set();
  return plans.filter((plan) => {
    if (plan.phases !== 1 || !plan.title.startsWith(practiceWords.again)) return true;
    const isNew = !seen.has(plan.title);
    seen.add(plan.title);
    return isNew;
  });
}

/**
 * Return the lengths that a plan can be practised at, in minutes: its own first.
 *
 * @param {number} minutes
 */
export function lengthsFor(minutes) {
  return [minutes, ...[5, 10, 15, 20, 30, 45, 60, 90].filter((length) => length !== minutes)];
}

/**
 * Return the id of a plan that is a part of another, or another length of it. One that was made before is taken again,
 * also in another tab at this moment, or with an answer that got lost.
 *
 * @param {any} plan the whole plan that it is made of
 * @param {{sequence: number | null, minutes: number}} choice `sequence` of the one question, null for all of them
 * @returns {Promise<string>}
 */
export async function derivedPlan(plan, { sequence, minutes }) {
  const fields = sequence === null ? plan.planner_fields : plan.planner_fields.filter((one) => one.sequence === sequence);
  const whole = sumOfMinutes(fields);
  if (sequence === null && minutes === whole) return plan.id;
  const resized = fields.map((field, index) => ({
    ...field,
    sequence: index + 1,
    duration: within((field.duration * minutes) / whole),
  }));
  const title = titleOf(plan, sequence, minutes);
  const body = {
    title,
    description: plan.description,
    language: plan.language,
    position_id: plan.position_id ?? null,
    interview_id: plan.interview_id ?? null,
    planner_fields: resized,
  };
  return oneTabAtATime("interview-tracker.derived-plan", async () => {
    const { mock_interviews: own } = await callAsUser("GET", OWN_PLANS);
    const made = own.find((one) => one.title === title && one.phases === resized.length);
    if (made && (await isSame(made, resized))) return made.id;
    return (await callAsUser("POST", "/api/v1/mock-interviews", { body })).id;
  });
}

/** Return how long phases take together, in minutes. */
export const sumOfMinutes = (fields) => fields.reduce((sum, { duration }) => sum + (Number(duration) || 0), 0);

async function isSame(made, fields) {
  const { planner_fields: known } = await callAsUser("GET", pathOf(made));
  return known.every((one, index) => one.question === fields[index].question && one.duration === fields[index].duration);
}

function titleOf(plan, sequence, minutes) {
  const part = sequence === null ? minutesText(minutes) : practiceWords.questionAndMinutes(sequence, minutesText(minutes));
  const ending = ` (${part})`;
  return plan.title.slice(0, LONGEST_TITLE - ending.length) + ending;
}

/** A quarter of a minute is as fine as anybody plans. */
function within(minutes) {
  return Math.min(LONGEST_PHASE_MINUTES, Math.max(SHORTEST_PHASE_MINUTES, Math.round(minutes * 4) / 4));
}
