/** Calls of the API: JSON in, JSON out, and every failure as one kind of error with a sentence in it. */

const UNREACHABLE = "The server cannot be reached. Check the connection and try again.";

/** A refusal. `status` is 0 if no answer came; `fields` maps a field's name to what is wrong with it. */
export class ApiError extends Error {
  constructor(status, message, fields = {}) {
    super(message);
    this.status = status;
    this.fields = fields;
  }
}

/**
 * Perform one call and return what it answers: parsed JSON, text, or null for an empty answer.
 *
 * @param {string} method
 * @param {string} path
 * @param {{body?: object, token?: string | null, keepalive?: boolean}} [options]
 */
export async function call(method, path, { body, token, keepalive } = {}) {
  const headers = {};
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(path, { method, headers, keepalive, body: body && JSON.stringify(body) });
  } catch {
    throw new ApiError(0, UNREACHABLE);
  }
  const answer = await read(response);
  if (!response.ok) throw refusal(response.status, answer);
  return answer;
}

/** Whether the same request, refused with this status, may well succeed a little later. */
export const isPassing = (status) => status === 0 || status === 429 || status >= 500;

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
  return new ApiError(status, error.message ?? `The server answered with status ${status}.`, fields);
}
