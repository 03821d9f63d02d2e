/** Names that nobody guesses and nobody else has. */

/**
 * Return random bytes as text: two characters for each. Not `crypto.randomUUID`, which there is on HTTPS and localhost only.
 *
 * @param {number} bytes
 */
export function randomText(bytes) {
  return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
