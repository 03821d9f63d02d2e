// Before the first paint, so that nobody who chose dark is shown a white page: the one script that is no module.
(() => {
  try {
    const theme = localStorage.getItem("interview-tracker.theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // Without storage the page follows the system.
  }
})();
