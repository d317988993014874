// The space bar and the arrows turn the lines that are read out, wherever the focus is; without it, the button does.
"use strict";
(() => {
  const KEYS = { " ": "next", ArrowRight: "next", ArrowLeft: "back" };
  document.addEventListener("keydown", (event) => {
    const key = KEYS[event.key];
    const typing = event.target.closest("input, select, textarea");
    const pressing = event.key === " " && event.target.closest("button, summary");
    if (!key || typing || pressing || event.altKey || event.ctrlKey || event.metaKey) { return; }
    const button = document.querySelector(`[data-key="${key}"]`);
    if (button) {
      event.preventDefault();
      button.click();
    }
  });
})();
