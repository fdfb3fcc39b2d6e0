// Runs before the first paint so that a dark page never flashes white. It is a file of its own because
// the content security policy allows no inline script. The key is the one Mantine writes.
(function () {
  var stored = null;
  try {
    stored = window.localStorage.getItem("mantine-color-scheme-value");
  } catch {
    stored = null; // storage is blocked: follow the system
  }
  var dark = stored === "dark" || (stored !== "light" && window.matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
})();
