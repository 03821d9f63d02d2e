/** Handing somebody a file that the page has. */

// Browsers read it after the click, WebKit the latest of all.
const KEPT_MS = 60_000;

/**
 * Save a file as the browser saves downloads.
 *
 * @param {Blob} file
 * @param {string} name what characters it may not have is the browser's to mend
 */
export function saveFile(file, name) {
  const address = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), KEPT_MS);
}
