// Swagger UI over the API's own description. Not a module: it uses what the script before it has left behind.
window.addEventListener("load", () => {
  window.SwaggerUIBundle({
    url: document.querySelector("#page").dataset.document,
    dom_id: "#page",
    deepLinking: true,
    defaultModelsExpandDepth: 0,
    docExpansion: "none",
    filter: true,
    // Nothing leaves this origin: the validator is somebody else's server.
    validatorUrl: null,
  });
});
