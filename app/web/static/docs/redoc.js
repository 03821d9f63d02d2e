// ReDoc over the API's own description. Not a module: it uses what the script before it has left behind.
window.addEventListener("load", () => {
  const page = document.querySelector("#page");
  // Its search runs in a worker made of a text, which the page's Content-Security-Policy does not allow.
  window.Redoc.init(page.dataset.document, { disableSearch: true }, page);
});
