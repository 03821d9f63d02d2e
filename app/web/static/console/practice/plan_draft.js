/** A plan as it is edited, and as the API takes it. */

/**
 * @typedef {{key: number, text: string, when?: string, about?: string[]}} Item one text of a list, with a key of its own
 * @typedef {object} Phase
 * @property {number} key tells phases apart while they are moved
 * @property {string} question_id
 * @property {string} question_type
 * @property {number | string} duration in minutes; text while it is typed
 * @property {string} question
 * @property {string} paraphrase
 * @property {string} instructions
 * @property {Item[]} follow_ups
 * @property {Item[]} rubric
 * @property {Item[]} hints
 * @property {Record<string, string[]>} examples
 * @typedef {{title: string, description: string, language: string, phases: Phase[], links: Record<string, string | null>}} PlanDraft
 */

const LISTS = /** @type {const} */ (["follow_ups", "rubric", "hints"]);
const ALWAYS = "always";

/** Return a key that no phase or text of these pages has; drafts of earlier pages have theirs. */
export const newKey = () => crypto.getRandomValues(new Uint32Array(1))[0];

/** @returns {PlanDraft} */
export function emptyPlan() {
  return { title: "", description: "", language: "en", phases: [emptyPhase()], links: {} };
}

/** @returns {Phase} */
export function emptyPhase() {
  const key = newKey();
  return {
    key,
    question_id: `q-${key.toString(36)}`,
    question_type: "behavioral",
    duration: 5,
    question: "",
    paraphrase: "",
    instructions: "",
    follow_ups: [],
    rubric: [],
    hints: [],
    examples: {},
  };
}

/** Return a phase like another, to stand beside it. */
export function copyOfPhase(phase) {
  const lists = Object.fromEntries(LISTS.map((name) => [name, phase[name].map((item) => ({ ...item, key: newKey() }))]));
  return { ...phase, ...lists, key: newKey() };
}

/**
 * @param {any} plan as the API has it
 * @returns {PlanDraft}
 */
export function editable(plan) {
  const { title, description, language, planner_fields: fields, position_id, interview_id } = plan;
  const links = { position_id: position_id ?? null, interview_id: interview_id ?? null };
  return { title, description: description ?? "", language, links, phases: fields.map(editablePhase) };
}

/** Return what the API is sent. Numbers that are none become null, which it has a sentence for. */
export function bodyOf({ title, description, language, phases }) {
  const fields = phases.map((phase, index) => {
    const { key, duration, follow_ups: followUps, rubric, hints, ...others } = phase;
    return {
      ...others,
      sequence: index + 1,
      duration: duration === "" ? null : Number(duration),
      follow_ups: followUps.map(followUpOf),
      rubric: rubric.map(({ text }) => text),
      hints: hints.map(({ text }) => text),
    };
  });
  return { title, description: description.trim() || null, language, planner_fields: fields };
}

function editablePhase(field) {
  const { sequence, paraphrase, ...others } = field;
  const lists = Object.fromEntries(LISTS.map((name) => [name, field[name].map(itemOf)]));
  return { ...others, ...lists, key: newKey(), paraphrase: paraphrase ?? "" };
}

const itemOf = (value) => ({ key: newKey(), ...(typeof value === "string" ? { text: value } : value) });

/** A follow-up that is asked always is a text alone. */
function followUpOf({ text, when = ALWAYS, about = [] }) {
  return when === ALWAYS && about.length === 0 ? text : { text, when, about };
}
