/** The file that is being looked at, kept in this tab, so that a reload does not ask for it again. */
import { user } from "../../lib/auth.js";
import { ofTab } from "../../lib/storage.js";

const KEY = "interview-tracker.import-file";
const SLICE = 0x8000;

/** The most that the API takes, less what a form puts around it. */
export const MAX_FILE_BYTES = 1_048_576 - 4_096;

/**
 * Read a file whole: what is on the disk may change, or its stick be pulled out, before it is sent.
 *
 * @param {File} file
 * @returns {Promise<File>}
 */
export async function inMemory(file) {
  return new File([await file.arrayBuffer()], file.name, { type: file.type });
}

/**
 * Keep a file until the tab is closed or the person signs out.
 *
 * @param {File} file
 */
export async function keepFile(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += SLICE) text += String.fromCharCode(...bytes.subarray(at, at + SLICE));
  ofTab.set(KEY, JSON.stringify({ owner: user.value?.id, name: file.name, content: btoa(text) }));
}

/** @returns {File | null} */
export function keptFile() {
  try {
    const { owner, name, content } = JSON.parse(ofTab.get(KEY) ?? "");
    if (owner !== user.value?.id) return null;
    return new File([Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0))], name);
  } catch {
    return null;
  }
}

/** Forget the file. */
export function forgetFile() {
  ofTab.remove(KEY);
}
