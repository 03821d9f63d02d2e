/**
 * Deletions that are sent only once nobody can take them back: until then what is deleted is not shown, and still there.
 */
import { callAsUser, userId } from "../lib/auth.js";
import { changed, overlay } from "./data.js";
import { say, sayFailed } from "./notices.js";

/** @type {Set<{send: (options?: {keepalive?: boolean}) => Promise<void>}>} */
const held = new Set();

// Whoever signs in next has deleted nothing.
userId.subscribe(() => held.clear());

// Who closes the page has not taken it back.
window.addEventListener("pagehide", () => {
  for (const deletion of [...held]) void deletion.send({ keepalive: true });
});

/**
 * Take something out of what is shown, say so, and delete it when the notice with the way back is gone.
 *
 * @param {object} options
 * @param {string} options.path what is deleted
 * @param {string} options.text what the notice says
 * @param {string} options.below the path below which answers are changed
 * @param {(data: any, path: string) => any} options.without such an answer without it, or the same object
 */
export function deleteLater({ path, text, below, without }) {
  const uncover = overlay(below, without);
  const deletion = {
    send: async ({ keepalive = false } = {}) => {
      if (!held.delete(deletion)) return;
      try {
        await callAsUser("DELETE", path, { keepalive });
      } catch (error) {
        // Somebody has deleted it already, in another tab perhaps.
        if (error.status !== 404) sayFailed(error);
      }
      uncover();
      await changed();
    },
  };
  held.add(deletion);
  const takeBack = async () => {
    held.delete(deletion);
    uncover();
    await changed();
  };
  say(text, takeBack, () => deletion.send());
}
