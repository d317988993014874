// A picture of a QR code is made grey and small by the browser, which knows every format, before it is sent.
"use strict";
(() => {
  const MOST = 1400;

  async function grey(file) {
    const bitmap = await createImageBitmap(file);
    const scale = Math.min(1, MOST / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    const context = canvas.getContext("2d");
    context.fillStyle = "#fff";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    const pixels = new Uint8Array(canvas.width * canvas.height);
    for (let at = 0; at < pixels.length; at += 1) { pixels[at] = (data[4 * at] + 2 * data[4 * at + 1] + data[4 * at + 2]) >> 2; }
    const head = new TextEncoder().encode(`P5\n${canvas.width} ${canvas.height}\n255\n`);
    return new File([head, pixels], "picture.pgm", { type: "image/x-portable-graymap" });
  }

  async function send(form, file) {
    const input = form.querySelector("input[type=file]"), carried = new DataTransfer();
    try {
      carried.items.add(file.type.startsWith("image/") ? await grey(file) : file);
    } catch {
      carried.items.add(file);
    }
    input.files = carried.files;
    form.requestSubmit();
  }

  for (const form of document.querySelectorAll("form.picture")) {
    const input = form.querySelector("input[type=file]");
    input.addEventListener("change", () => { if (input.files.length) { send(form, input.files[0]); } });
    for (const name of ["dragenter", "dragover"]) {
      form.addEventListener(name, (event) => { event.preventDefault(); form.classList.add("over"); });
    }
    for (const name of ["dragleave", "drop"]) { form.addEventListener(name, () => form.classList.remove("over")); }
    form.addEventListener("drop", (event) => {
      event.preventDefault();
      if (event.dataTransfer.files.length) { send(form, event.dataTransfer.files[0]); }
    });
    document.addEventListener("paste", (event) => {
      const file = [...event.clipboardData.files][0];
      if (file) {
        event.preventDefault();
        send(form, file);
      }
    });
  }
})();
