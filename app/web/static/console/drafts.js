/** Words that somebody is typing, kept in this tab until they are sent, whatever happens to the page. */
import { user } from "../lib/auth.js";
import { useEffect, useMemo, useSignal } from "../lib/ui.js";

const PREFIX = "interview-tracker.draft.";

/**
 * A signal with a text that outlives a reload. Set it to "" when the text has been sent.
 *
 * @param {string} name what it is for, e.g. `note.${positionId}`
 */
export function useDraft(name, initial = "") {
  const key = useMemo(() => `${PREFIX}${user.value?.id ?? ""}.${name}`, [name]);
  const text = useSignal(read(key) ?? initial);
  useEffect(() => text.subscribe((value) => write(key, value)), [key]);
  return text;
}

/**
 * Return what a draft that is JSON holds by name; nothing where it holds something else, as after a change of version.
 *
 * @param {string} text
 * @returns {Record<string, any>}
 */
export function fieldsIn(text) {
  try {
    const fields = JSON.parse(text || "{}");
    return typeof fields === "object" && fields && !Array.isArray(fields) ? fields : {};
  } catch {
    return {};
  }
}

/** Forget what this tab keeps of anybody but the signed-in user: words, files, and the keys of rooms. */
export function forgetOthers() {
  try {
    const own = `${PREFIX}${user.value?.id}.`;
    for (const key of Object.keys(sessionStorage)) if (!key.startsWith(own)) sessionStorage.removeItem(key);
  } catch {
    // Nothing was kept.
  }
}

function read(key) {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key, value) {
  try {
    if (value) sessionStorage.setItem(key, value);
    else sessionStorage.removeItem(key);
  } catch {
    // Without storage, or with a full one, the words are on the page alone.
  }
}
