// Reads a text aloud, group by group, where the browser has a voice for its language; elsewhere the buttons stay hidden.
"use strict";
(() => {
  const speech = window.speechSynthesis;
  if (!speech) { return; }
  const voice = (language) => speech.getVoices().find((one) => one.lang.toLowerCase().startsWith(language));

  function read(button) {
    speech.cancel();
    if (button.getAttribute("aria-pressed") === "true") { return ended(button); }
    document.querySelectorAll("[data-say]").forEach(ended);
    button.setAttribute("aria-pressed", "true");
    const groups = button.dataset.say.split("|");
    groups.forEach((group, at) => {
      const said = new SpeechSynthesisUtterance(group);
      said.lang = button.dataset.language;
      said.voice = voice(button.dataset.language);
      said.rate = 0.7;
      if (at === groups.length - 1) { said.addEventListener("end", () => ended(button)); }
      speech.speak(said);
    });
  }
  function ended(button) { button.setAttribute("aria-pressed", "false"); }
  function offer() {
    for (const button of document.querySelectorAll("[data-say]")) { button.hidden = !voice(button.dataset.language); }
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-say]");
    if (button) { read(button); }
  });
  speech.addEventListener("voiceschanged", offer);
  offer();
})();
