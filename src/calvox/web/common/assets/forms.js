// A button sends its form once, however quickly it is pressed again; and whoever goes back to a page that answered a form is
// shown that page anew, and sends nothing again. Without this script the server itself does nothing twice that matters.
"use strict";
(() => {
  const PATIENCE = 2000;
  const sent = new WeakMap();

  history.replaceState(history.state, "", location.href);
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || event.target.method !== "post") { return; }
    const button = event.submitter || event.target, now = performance.now();
    if (now - (sent.get(button) ?? -Infinity) < PATIENCE) { event.preventDefault(); } else { sent.set(button, now); }
  });
})();
