/**
 * Deletions that are sent only once nobody can take them back: until then what is deleted is not shown, and still there.
 *
 * The API has no way to bring something back, so it hears of a deletion when the notice with "Undo" goes away, or when
 * the page is left. What a page that is left has no time for is kept in the browser, and finished by the next one.
 */
import { callAsUser, userId } from "../lib/auth.js";
import { ofBrowser } from "../lib/storage.js";
import { changeWords } from "../words/index.js";
import { changed, overlay } from "./data.js";
import { forEach } from "./for_each.js";
import { say, sayFailed } from "./notices.js";

const KEY = "interview-tracker.deletions.";
// Longer than a notice can reasonably stay. What is older was left by a page that could not finish.
const LEFT_BEHIND_MS = 120_000;
// As many writes as the API takes at once; a page that is going away cannot wait for a turn.
const AT_LEAVING = 4;

/** @type {Set<string[]>} the paths of each deletion that can still be taken back */
const held = new Set();

// Whoever signs in next has deleted nothing.
userId.subscribe(() => held.clear());

// Who closes the page has not taken it back.
window.addEventListener("pagehide", () => {
  const paths = [...held].flat();
  held.clear();
  for (const path of paths.slice(0, AT_LEAVING)) {
    void callAsUser("DELETE", path, { keepalive: true }).then(() => forget([path]), () => {});
  }
});

/**
 * Take something out of what is shown, say so, and delete it when the notice with the way back is gone.
 *
 * @param {object} options
 * @param {string[]} options.paths what is deleted
 * @param {string} options.text what the notice says
 * @param {string} options.below the path below which answers are changed
 * @param {(data: any, path: string) => any} options.without such an answer without it, or the same object
 */
export function deleteLater({ paths, text, below, without }) {
  const uncover = overlay(below, without);
  held.add(paths);
  keep(paths);
  const send = async () => {
    if (!held.delete(paths)) return;
    const failures = await erase(paths);
    uncover({ shown: failures.length > 0 });
    await changed();
    if (failures.length > 0) sayFailed(failures[0].error, paths.length > 1 ? changeWords.notDeleted(failures.length) : "");
  };
  const takeBack = async () => {
    held.delete(paths);
    forget(paths);
    uncover({ shown: true });
    await changed();
  };
  say(text, takeBack, send);
}

/** Finish what an earlier page had no time for. */
export async function finishDeletions() {
  const mine = new Set([...held].flat());
  const due = Object.entries(stored()).filter(([path, at]) => Date.now() - at > LEFT_BEHIND_MS && !mine.has(path));
  if (due.length === 0) return;
  await erase(due.map(([path]) => path));
  await changed();
}

async function erase(paths) {
  const failures = await forEach(paths, (path) => callAsUser("DELETE", path));
  forget(paths);
  // Somebody has deleted it already, in another tab perhaps.
  return failures.filter(({ error }) => error.status !== 404);
}

const keep = (paths) => store({ ...stored(), ...Object.fromEntries(paths.map((path) => [path, Date.now()])) });

const forget = (paths) => store(Object.fromEntries(Object.entries(stored()).filter(([path]) => !paths.includes(path))));

/** @returns {Record<string, number>} when each was deleted, by the paths */
function stored() {
  try {
    const kept = Object.entries(JSON.parse(ofBrowser.get(KEY + userId.value) ?? "null") ?? {});
    return Object.fromEntries(kept.filter(([path, at]) => path.startsWith("/api/v1/") && typeof at === "number"));
  } catch {
    return {};
  }
}

function store(deletions) {
  if (Object.keys(deletions).length > 0) ofBrowser.set(KEY + userId.value, JSON.stringify(deletions));
  else ofBrowser.remove(KEY + userId.value);
}
