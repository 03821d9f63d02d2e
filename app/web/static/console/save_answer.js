/** Files that the API gives, kept on the user's machine. */
import { callAsUser } from "../lib/auth.js";
import { saveFile } from "../lib/save_file.js";

/**
 * Download what a path of the API answers: a plain link could not sign in.
 *
 * @param {string} path
 * @param {string} name what the file is called
 */
export async function saveAnswer(path, name) {
  saveFile(await callAsUser("GET", path, { asBlob: true }), name);
}
