/** Changes of one position or many: shown at once, put back if they fail, and with a way back if they do not. */
import { callAsUser } from "../../lib/auth.js";
import { changeWords, statuses } from "../../words/index.js";
import { changed, patchKept } from "../data.js";
import { forEach } from "../for_each.js";
import { deleteLater } from "../held_deletion.js";
import { say, sayFailed } from "../notices.js";

const POSITIONS = "/api/v1/positions";

/** @typedef {Record<string, any> & {id: string, title: string, company: string, status: string, application_date: string | null, tags: string[], archived: boolean}} Position */

/**
 * Set the status of positions.
 *
 * @param {Position[]} positions
 * @param {string} status
 * @param {string} [note] why; it stands in the history
 */
export function moveTo(positions, status, note = "") {
  const moving = positions.filter((position) => position.status !== status || note);
  return change(moving, () => (note ? { status, note } : { status }), changeWords.moved(moving, statuses[status]));
}

/**
 * Put positions into the archive, or take them out of it.
 *
 * @param {Position[]} positions
 * @param {boolean} archived
 */
export function archive(positions, archived = true) {
  const moving = positions.filter((position) => position.archived !== archived);
  return change(moving, () => ({ archived }), (archived ? changeWords.archived : changeWords.unarchived)(moving));
}

/**
 * Delete positions, once nobody can take it back.
 *
 * @param {Array<{id: string, title: string, company: string}>} positions
 */
export function remove(positions) {
  const ids = positions.map(({ id }) => id);
  deleteLater({
    paths: ids.map((id) => `${POSITIONS}/${id}`),
    text: changeWords.deleted(positions),
    below: POSITIONS,
    without: (data) => {
      const left = data.positions?.filter(({ id }) => !ids.includes(id));
      return left && left.length < data.positions.length ? { ...data, positions: left, total: data.total - (data.positions.length - left.length) } : data;
    },
  });
}

/**
 * Add tags to positions, and take others off.
 *
 * @param {Position[]} positions
 * @param {string[]} added
 * @param {string[]} removed
 */
export function tag(positions, added, removed) {
  const tagsOf = (position) => [...new Set([...position.tags.filter((name) => !removed.includes(name)), ...added])];
  return change(positions, (position) => ({ tags: tagsOf(position) }), changeWords.tagged(positions));
}

/**
 * @param {Position[]} positions as they are
 * @param {(position: Position) => Record<string, any>} bodyOf the fields that change
 * @param {string} sentence what is said when it is done
 */
async function change(positions, bodyOf, sentence) {
  if (positions.length === 0) return;
  const bodies = new Map(positions.map((position) => [position.id, bodyOf(position)]));
  const putBack = show(bodies);
  const failures = await forEach(positions, (position) => send(position.id, bodies.get(position.id)));
  const failed = new Set(failures.map(({ one }) => one));
  const done = positions.filter((position) => !failed.has(position));
  if (failures.length > 0) {
    putBack();
    show(new Map(done.map(({ id }) => [id, bodies.get(id)])));
  }
  if (failures.length > 0) sayFailed(failures[0].error, positions.length > 1 ? changeWords.someFailed(failures.length, positions.length) : "");
  else say(sentence, () => takeBack(done, bodies));
  await changed();
}

async function takeBack(positions, bodies) {
  const earlier = new Map(positions.map((position) => [position.id, earlierFields(position, bodies.get(position.id))]));
  const putBack = show(earlier);
  const failures = await forEach(positions, (position) => send(position.id, earlier.get(position.id)));
  if (failures.length === positions.length) putBack();
  await changed();
  if (failures.length > 0) throw failures[0].error;
}

function earlierFields(position, body) {
  const fields = Object.fromEntries(Object.keys(body).filter((name) => name !== "note").map((name) => [name, position[name]]));
  // Leaving "saved" gave it the day of application.
  if (body.status && position.status === "saved") fields.application_date = position.application_date;
  return fields;
}

function send(id, body) {
  return "note" in body ? callAsUser("PUT", `${POSITIONS}/${id}/status`, { body }) : callAsUser("PATCH", `${POSITIONS}/${id}`, { body });
}

function show(bodies) {
  const now = new Date().toISOString();
  const asItWillBe = (position) => {
    const body = bodies.get(position.id);
    if (!body) return position;
    const { note, ...fields } = body;
    const isMoved = fields.status !== undefined && fields.status !== position.status;
    return { ...position, ...fields, ...(isMoved && { last_activity_at: now }) };
  };
  return patchKept(POSITIONS, (data) => {
    if (Array.isArray(data?.positions)) return { ...data, positions: data.positions.map(asItWillBe) };
    return bodies.has(data?.id) ? asItWillBe(data) : data;
  });
}
