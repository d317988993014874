// Files that are dropped on a form are sent with it; without this script they are chosen and sent by the button.
"use strict";
for (const form of document.querySelectorAll("form.drop")) {
  const input = form.querySelector("input[type=file]");
  const progress = form.querySelector("progress");
  for (const name of ["dragenter", "dragover"]) {
    form.addEventListener(name, (event) => { event.preventDefault(); form.classList.add("over"); });
  }
  for (const name of ["dragleave", "drop"]) {
    form.addEventListener(name, () => form.classList.remove("over"));
  }
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    if (!event.dataTransfer.files.length) { return; }
    input.files = event.dataTransfer.files;
    form.requestSubmit();
  });
  form.addEventListener("htmx:xhr:progress", (event) => {
    if (progress && event.detail.lengthComputable && event.detail.total) {
      progress.value = event.detail.loaded / event.detail.total;
    }
  });
  form.addEventListener("htmx:afterRequest", () => { form.reset(); if (progress) { progress.removeAttribute("value"); } });
}
