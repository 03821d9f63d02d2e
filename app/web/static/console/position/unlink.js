/** What belongs to several positions, taken off one of them. */
import { positionWords } from "../../words/index.js";
import { say, sayFailed } from "../notices.js";
import { focusHeading } from "./editing.js";
import { update } from "../writing.js";

/**
 * @param {string} path of a contact or a document
 * @param {{name: string, position_ids: string[]}} linked
 * @param {string} positionId
 * @param {string} headingId where the focus goes, since its row goes away
 */
export async function unlink(path, { name, position_ids: ids }, positionId, headingId) {
  focusHeading(headingId);
  try {
    await update(path, { position_ids: ids.filter((other) => other !== positionId) });
    say(positionWords.unlinked(name), () => update(path, { position_ids: ids }));
  } catch (error) {
    sayFailed(/** @type {Error} */ (error));
  }
}
