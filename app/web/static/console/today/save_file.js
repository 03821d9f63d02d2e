/** Giving the person a file that the API answered with. */

/**
 * Save a file by the browser's own way of downloads.
 *
 * @param {Blob} file
 * @param {string} name what characters it may not have is the browser's to mend
 */
export function saveFile(file, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  // Not at once: WebKit reads it a little later.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
