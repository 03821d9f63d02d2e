/** The bookmark that takes the page which somebody is looking at to "Add a position". */

/** Return what the bookmark does, as the address of a link that is dragged to the browser's bar of bookmarks. */
export function bookmarklet() {
  const address = `${window.location.origin}/app/add`;
  return `javascript:${encodeURIComponent(`(${handOver})(${JSON.stringify(address)})`)}`;
}

/**
 * Open the console with the page behind the `#` of its address. This runs in a page of somebody else, by itself: it
 * uses nothing from outside, and expects that what the page has put in the place of anything may fail.
 *
 * @param {string} address
 */
function handOver(address) {
  // Firefox opens no address of more than a million characters.
  const most = 900000;
  const tried = (read) => {
    try {
      return String(read() || "");
    } catch {
      return "";
    }
  };
  const withoutScripts = () => {
    // In a document that runs nothing. What somebody has typed, and the page's secret fields, stay where they are.
    const copy = document.implementation.createHTMLDocument("").importNode(document.documentElement, true);
    const unread = "script:not([type='application/ld+json']),style,svg,noscript,template,iframe,link,canvas,video,audio,img,picture,input,textarea,select";
    for (const element of copy.querySelectorAll(unread)) element.remove();
    return copy.outerHTML;
  };
  const page = {
    url: tried(() => location.href).slice(0, 2000),
    title: tried(() => document.title).slice(0, 1000),
    text: tried(() => String(getSelection() || "").trim() || document.body.innerText).slice(0, 40000),
    html: tried(withoutScripts).slice(0, most),
  };
  let coded = encodeURIComponent(JSON.stringify(page));
  while (coded.length > most) {
    const longer = page.html.length > page.text.length ? "html" : "text";
    page[longer] = page[longer].slice(0, page[longer].length >> 1);
    coded = encodeURIComponent(JSON.stringify(page));
  }
  const next = `${address}#page=${coded}`;
  if (!open(next, "_blank")) location.href = next;
}
