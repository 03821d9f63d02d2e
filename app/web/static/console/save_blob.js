/** Files that the API gives, kept on the user's machine. */
import { callAsUser } from "../lib/auth.js";

/**
 * Download what a path of the API answers: a plain link could not sign in.
 *
 * @param {string} path
 * @param {string} name what the file is called
 */
export async function saveAnswer(path, name) {
  const address = URL.createObjectURL(await callAsUser("GET", path, { asBlob: true }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser reads it after this.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
