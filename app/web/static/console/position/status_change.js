/** A position's new status, shown at once and put back where it is refused. */
import { callAsUser } from "../../lib/auth.js";
import { positionWords, statuses } from "../../words/index.js";
import { changed, patchKept } from "../data.js";
import { say } from "../notices.js";

const POSITIONS = "/api/v1/positions";

/**
 * @param {{id: string, title: string, company: string, status: string}} position
 * @param {string} status
 * @param {{note?: string, occurred_at?: string}} [details]
 * @throws what the API refused, after everything has been put back
 */
export async function changeStatus(position, status, details = {}) {
  const putBack = patchKept(POSITIONS, withStatus(position.id, status));
  try {
    await sendStatus(position.id, { status, ...details });
  } catch (error) {
    putBack();
    throw error;
  }
  say(positionWords.moved(position.title, statuses[status]), () => changeBack(position));
  await changed();
}

/** Return what shows a position with another status in an answer of the API: in a list, or by itself. */
function withStatus(/** @type {string} */ id, /** @type {string} */ status) {
  const moved = (position) => (position.id === id ? { ...position, status } : position);
  return (data) => {
    if (data.id === id && data.status) return moved(data);
    return data.positions?.some((position) => position.id === id) ? { ...data, positions: data.positions.map(moved) } : data;
  };
}

async function changeBack({ id, status }) {
  await sendStatus(id, { status });
  await changed();
}

const sendStatus = (id, body) => callAsUser("PUT", `${POSITIONS}/${id}/status`, { body });
