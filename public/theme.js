// Before the first paint: the theme the reader chose last time, if any.
(function () {
  try {
    var chosen = localStorage.getItem("theme");
    if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
  } catch (error) {
    // Storage is forbidden: the system's theme is used.
  }
})();
