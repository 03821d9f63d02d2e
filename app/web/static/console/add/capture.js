/** Asking the API what a posting says. */
import { callAsUser } from "../../lib/auth.js";

/** @typedef {import("./handed_over.js").Material} Material */

// Of the 1 MiB that the API takes, with room for how JSON writes things.
const MOST_BYTES = 1_000_000;
const LINK = /^https?:\/\/\S+$/i;

/**
 * Return the proposed position for what somebody has of a posting. Nothing is stored.
 *
 * @param {Material} material
 * @returns {Promise<Record<string, string | null>>}
 */
export const capture = (material) => callAsUser("POST", "/api/v1/positions/capture", { body: fitting(material) });

/**
 * Tell what was pasted: a link alone, or text, with a link if a line is one.
 *
 * @param {string} pasted
 * @param {string} [html] the same with its markup, where the clipboard had it
 * @returns {Material}
 */
export function materialOf(pasted, html) {
  const text = pasted.trim();
  if (LINK.test(text)) return { url: text };
  const url = text.split("\n").map((line) => line.trim()).find((line) => LINK.test(line));
  return { text, html: html || undefined, url };
}

/** Cut the longer of the two until both fit. */
function fitting(material) {
  const body = { ...material };
  while (bytesOf(body) > MOST_BYTES) {
    const longer = (body.html?.length ?? 0) > (body.text?.length ?? 0) ? "html" : "text";
    body[longer] = body[longer]?.slice(0, body[longer].length >> 1);
  }
  return body;
}

const bytesOf = (body) => new TextEncoder().encode(JSON.stringify(body)).length;
