/**
 * What the bookmark took from a page of somebody else.
 *
 * It comes behind the `#` of the address, which browsers send to no server. Any page can write such an address, so what
 * is in it is taken for no more than text: it is shown as a proposal, and added only by the person.
 */

/** @typedef {{url?: string, text?: string, html?: string}} Material what the API reads a posting from */

const MARK = "#page=";

/**
 * Take it off the address, so that neither a reload nor a shared link brings it again.
 *
 * @returns {{material: Material | null} | null} `material` is null for what cannot be read; null if there is nothing
 */
export function takeHandedOver() {
  const { hash, pathname, search } = window.location;
  if (!hash.startsWith(MARK)) return null;
  window.history.replaceState(window.history.state, "", pathname + search);
  return { material: materialIn(hash.slice(MARK.length)) };
}

/** @returns {Material | null} */
function materialIn(coded) {
  try {
    const page = JSON.parse(decodeURIComponent(coded));
    const url = clean(page.url);
    const title = clean(page.title);
    const material = {
      // The API takes addresses of the web; a page that was saved on a disk has none.
      url: /^https?:\/\//i.test(url) ? url : undefined,
      text: clean(page.text) || title || undefined,
      html: clean(page.html) || undefined,
    };
    return material.url || material.text || material.html ? material : null;
  } catch {
    return null;
  }
}

/** Leave out what no text may hold: zero characters, and halves of characters. */
function clean(value) {
  return typeof value === "string" ? value.replaceAll("\0", "").replace(/\p{Surrogate}/gu, "\ufffd").trim() : "";
}
