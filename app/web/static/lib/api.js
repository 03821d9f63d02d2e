/** Calls of the API: JSON in, JSON out, and every failure as one kind of error with a sentence in it. */

import { sendWithProgress } from "./sending.js";
import { signal } from "./ui.js";
import { sharedWords } from "../words/index.js";

/** Whether the last call got no answer at all, or the browser says that it has no network. */
export const isOffline = signal(navigator.onLine === false);

window.addEventListener("offline", () => (isOffline.value = true));
window.addEventListener("online", () => (isOffline.value = false));

/**
 * A refusal. `status` is 0 if no answer came; `fields` maps a field's name to what is wrong with it; `details` say more
 * of some errors, each in its own form.
 */
export class ApiError extends Error {
  constructor(status, message, fields = {}, details = /** @type {Record<string, any>} */ ({})) {
    super(message);
    this.status = status;
    this.fields = fields;
    this.details = details;
  }
}

/**
 * Perform one call and return what it answers: parsed JSON, text, a blob where one is asked for, or null for an empty
 * answer.
 *
 * @param {string} method
 * @param {string} path
 * @param {object} [options]
 * @param {object | FormData} [options.body] JSON, or a form with files
 * @param {string | null} [options.token]
 * @param {boolean} [options.keepalive]
 * @param {boolean} [options.asBlob]
 * @param {(bytes: number) => void} [options.onReceived] of a blob: how much of it is there
 * @param {AbortSignal} [options.signal]
 * @param {Record<string, string>} [options.headers]
 * @param {(share: number) => void} [options.onProgress] told how much of the body has been sent, from 0 to 1
 */
export async function call(
  method,
  path,
  { body, token, keepalive, asBlob, onReceived, signal, headers: given, onProgress } = {},
) {
  const headers = { ...given };
  const isForm = body instanceof FormData;
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body !== undefined && !isForm) headers["Content-Type"] = "application/json";
  let response;
  try {
    const request = { method, headers, keepalive, signal, body: isForm ? body : body && JSON.stringify(body) };
    response = onProgress ? await sendWithProgress(path, request, onProgress) : await fetch(path, request);
  } catch (error) {
    if (signal?.aborted) throw error;
    isOffline.value = true;
    throw new ApiError(0, sharedWords.unreachable);
  }
  isOffline.value = false;
  if (asBlob && response.ok) return readBlob(response, onReceived);
  const answer = await read(response);
  if (!response.ok) throw refusal(response.status, answer);
  return answer;
}

/** Whether the same request, refused with this status, may well succeed a little later. */
export const isPassing = (status) => status === 0 || status === 429 || status >= 500;

/** Read an answer to its end; one that breaks off is as good as none. */
async function readBlob(response, onReceived) {
  const parts = [];
  let bytes = 0;
  try {
    const reader = response.body.getReader();
    for (let step = await reader.read(); !step.done; step = await reader.read()) {
      parts.push(step.value);
      bytes += step.value.length;
      onReceived?.(bytes);
    }
  } catch {
    throw new ApiError(0, sharedWords.unreachable);
  }
  return new Blob(parts, { type: response.headers.get("Content-Type") ?? "" });
}

async function read(response) {
  if (response.status === 204) return null;
  const isJson = (response.headers.get("Content-Type") ?? "").includes("json");
  try {
    return isJson ? await response.json() : await response.text();
  } catch {
    // A proxy's half an answer says no more than its status does.
    return null;
  }
}

function refusal(status, answer) {
  const error = answer?.error ?? {};
  const fields = error.field_errors ?? {};
  return new ApiError(status, error.message ?? sharedWords.answeredWith(status), fields, error.details);
}
