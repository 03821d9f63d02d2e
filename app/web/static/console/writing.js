/** Writes to the API, after which all that is shown is brought up to date. */
import { callAsUser } from "../lib/auth.js";
import { randomText } from "../lib/random.js";
import { changed } from "./data.js";

/** @type {Map<string, {text: string, key: string}>} what was sent and not answered, by its path */
const unanswered = new Map();

/**
 * Make something, and show it. Sent again after an answer that got lost, it is made once.
 *
 * @param {string} path
 * @param {object} body
 */
export async function create(path, body) {
  const made = await createOnce(path, body);
  await changed();
  return made;
}

/**
 * The same for whoever brings what is shown up to date by themselves.
 *
 * @param {string} path
 * @param {object} body
 */
export async function createOnce(path, body) {
  const text = JSON.stringify(body);
  const earlier = unanswered.get(path);
  const key = earlier?.text === text ? earlier.key : randomText(16);
  unanswered.set(path, { text, key });
  const made = await callAsUser("POST", path, { body, headers: { "Idempotency-Key": key } });
  unanswered.delete(path);
  return made;
}

/**
 * Change something: the fields that are sent.
 *
 * @param {string} path
 * @param {object} body
 */
export async function update(path, body) {
  const answer = await callAsUser("PATCH", path, { body });
  await changed();
  return answer;
}
