/** Sending what takes a while: `fetch` does not tell how much of a body is on its way. */

/**
 * Do what `fetch` does, and tell how much of the body has been sent.
 *
 * @param {string} path
 * @param {{method: string, headers: Record<string, string>, body?: any, signal?: AbortSignal}} request
 * @param {(share: number) => void} onProgress from 0 to 1
 * @returns {Promise<Response>}
 */
export function sendWithProgress(path, { method, headers, body, signal }, onProgress) {
  return new Promise((resolve, reject) => {
    const sending = new XMLHttpRequest();
    sending.open(method, path);
    for (const [name, value] of Object.entries(headers)) sending.setRequestHeader(name, value);
    sending.responseType = "blob";
    sending.upload.onprogress = ({ loaded, total }) => onProgress(total ? loaded / total : 0);
    sending.onload = () => resolve(answerOf(sending));
    sending.onerror = () => reject(new TypeError());
    sending.onabort = () => reject(new DOMException("Aborted", "AbortError"));
    signal?.addEventListener("abort", () => sending.abort());
    sending.send(body);
  });
}

function answerOf(sending) {
  const headers = { "Content-Type": sending.getResponseHeader("Content-Type") ?? "" };
  return new Response(sending.status === 204 ? null : sending.response, { status: sending.status, headers });
}
