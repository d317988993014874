// Typing a code while somebody reads it out: words are completed and judged at once, lines are kept as they are typed.
// Everything that matters is judged by the server; without this script the same form is sent by its button.
"use strict";
(() => {
  const KEEP_AFTER = 600;
  const ENOUGH = 4;
  const plain = (word) => word.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").replace(/œ/g, "oe").replace(/æ/g, "ae");

  class Words {
    constructor(text) {
      this.all = text.split("\n").map((word) => [plain(word), word]);
      this.byStart = new Map(this.all.map(([bare, word]) => [bare.slice(0, ENOUGH), [bare, word]]));
    }
    find(typed) {
      const bare = plain(typed), [listed, word] = this.byStart.get(bare.slice(0, ENOUGH)) || ["", ""];
      return listed && listed.startsWith(bare) ? word : "";
    }
    beginning(typed) {
      const bare = plain(typed);
      return this.all.filter(([listed]) => listed.startsWith(bare)).map(([, word]) => word);
    }
    complete(typed) {
      const some = this.beginning(typed);
      return this.find(typed) || (some.length === 1 ? some[0] : "");
    }
  }

  class Line {
    constructor(form, item) {
      this.form = form;
      this.item = item;
      this.input = item.querySelector("input");
      this.pieces = item.querySelector(".pieces");
      this.told = item.querySelector(".told-line");
      this.kept = this.input.value;
      this.timer = 0;
      this.held = null; // What is typed while the server judges this line: it belongs to the next one.
      this.input.addEventListener("keydown", (event) => this.key(event));
      this.input.addEventListener("input", () => this.typed());
      this.input.addEventListener("paste", (event) => this.paste(event));
      this.input.addEventListener("blur", () => this.keep());
      this.told.addEventListener("click", (event) => this.clicked(event));
      this.told.addEventListener("keydown", (event) => this.keyBelow(event));
    }
    get value() { return this.input.value.trim(); }
    get takes() { return [...this.told.querySelectorAll(".take")]; }
    get good() { return this.item.classList.contains("good") && this.value === this.kept.trim(); }
    parts() { return this.form.split(this.value); }

    changed() {
      this.mark(this.value ? "unfinished" : "empty");
      this.told.replaceChildren();
      this.paint();
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.keep(), KEEP_AFTER);
    }
    typed() {
      this.changed();
      if (this.form.signs && this.parts().length === this.form.symbols && this.atEnd()) { this.enter(); }
    }
    mark(state) {
      this.item.className = "line " + state;
      this.input.setAttribute("aria-invalid", state === "bad");
    }
    paint() {
      const parts = this.parts(), ended = /\s$/.test(this.input.value);
      const shown = parts.map((part, at) => this.piece(part, at === parts.length - 1 && !ended));
      while (shown.length < this.form.symbols) { shown.push(this.span("", "awaited")); }
      this.pieces.replaceChildren(...shown);
    }
    piece(part, last) {
      if (part === "?") { return this.span("?", "unheard"); }
      if (!this.form.words) { return this.span(part, this.form.allows(part) ? "known" : "wrong"); }
      const word = this.form.words.find(part), settled = plain(part).length >= ENOUGH;
      if (word && (settled || !last)) { return this.span(word, "known"); }
      const some = this.form.words.beginning(part);
      if (!last || !some.length) { return this.span(part, "wrong"); }
      return this.span(some.slice(0, 3).join(" · ") + (some.length > 3 ? " …" : ""), "maybe");
    }
    span(text, kind) {
      const made = document.createElement("span");
      made.className = "piece " + kind;
      made.textContent = text;
      return made;
    }

    complete() {
      const parts = this.parts(), last = parts.at(-1);
      const word = last && this.form.words && last !== "?" ? this.form.words.complete(last) : "";
      if (word && word !== last) { this.set([...parts.slice(0, -1), word].join(" ")); }
    }
    set(text) {
      this.input.value = text;
      this.changed();
    }
    key(event) {
      if (this.held !== null && this.hold(event)) { return; }
      const digit = /^Digit([1-8])$/.exec(event.code) || /^Numpad([1-8])$/.exec(event.code);
      if (digit && (this.form.words ? !event.ctrlKey : event.altKey) && this.takes[digit[1] - 1]) {
        event.preventDefault();
        this.take(this.takes[digit[1] - 1]);
      } else if (event.key === "Enter") {
        event.preventDefault();
        this.enter();
      } else if (event.key === "ArrowDown") {
        event.preventDefault();
        (this.takes[0] || this.form.beside(this, 1)).focus();
      } else if (event.key === "ArrowUp") {
        event.preventDefault();
        this.form.beside(this, -1).focus();
      } else if (this.form.words && (event.key === " " || (event.key === "?" && !/\S$/.test(this.input.value))) && this.atEnd()) {
        event.preventDefault();
        this.space(event.key === "?");
      }
    }
    atEnd() { return this.input.selectionStart === this.input.value.length && this.input.selectionEnd === this.input.selectionStart; }
    space(unheard) {
      this.complete();
      if (!this.value && !unheard) { return; }
      this.set((this.value + (unheard ? " ?" : "")).trim() + " ");
      if (this.parts().length >= this.form.symbols) { this.enter(); } else { this.keep(); }
    }
    hold(event) {
      const written = event.key.length === 1 && !event.ctrlKey && !event.metaKey;
      if (!written && event.key !== "Enter" && event.key !== "Backspace") { return false; }
      event.preventDefault();
      this.held = written ? this.held + event.key : event.key === "Enter" ? this.held : this.held.slice(0, -1);
      return true;
    }
    replay(text) {
      for (const sign of text) {
        if (this.form.words && sign === " ") { this.space(false); } else { this.set(this.input.value + sign); }
      }
    }
    async enter() {
      let held = "";
      this.complete();
      if (this.value && !this.good) {
        this.held = "";
        await this.keep(true);
        held = this.held;
        this.held = null;
      }
      const next = this.form.next(this);
      if (!this.value || this.good) { next.focus(); }
      if (held && next !== this && next.replay) { next.replay(held); }
    }
    keyBelow(event) {
      const takes = this.takes, at = takes.indexOf(event.target);
      const digit = /^(?:Digit|Numpad)([1-8])$/.exec(event.code);
      const to = { ArrowDown: takes[at + 1] || this.form.beside(this, 1), ArrowUp: takes[at - 1] || this.input, Escape: this.input }[event.key];
      if (to) {
        event.preventDefault();
        to.focus();
      } else if (digit && takes[digit[1] - 1]) {
        event.preventDefault();
        this.take(takes[digit[1] - 1]);
      }
    }
    clicked(event) {
      const button = event.target.closest(".take");
      if (button) {
        event.preventDefault();
        this.take(button);
      }
    }
    take(button) {
      this.set(button.dataset.text);
      this.input.focus();
      this.enter();
    }
    paste(event) {
      const text = event.clipboardData.getData("text");
      const parts = this.form.split(text.replace(/(^|\n)\s*\d{1,2}[.):]\s/g, "$1"));
      if (parts.length <= this.form.symbols || this.value) { return; }
      event.preventDefault();
      this.form.fill(this, parts);
    }

    keep(whole = false) {
      clearTimeout(this.timer);
      const text = this.value;
      if (!whole && text === this.kept.trim()) { return Promise.resolve(); }
      return this.form.send(this, text);
    }
    show(text, fragment) {
      if (text !== this.value) { return; }
      const page = new DOMParser().parseFromString(fragment, "text/html");
      const told = page.querySelector(".line-told");
      if (!told) { return; }
      this.kept = text;
      if (told.dataset.state === "good") { this.input.value = text; }
      this.mark(told.dataset.state);
      this.told.replaceChildren(told);
    }
    unsent() {
      const told = document.createElement("p");
      told.className = "line-bad";
      told.textContent = this.form.element.dataset.unsent;
      this.told.replaceChildren(told);
    }
    focus() {
      this.input.focus();
      this.input.setSelectionRange(this.input.value.length, this.input.value.length);
    }
  }

  class Form {
    constructor(element) {
      this.element = element;
      this.signs = element.dataset.signs;
      this.symbols = Number(element.dataset.symbols);
      this.words = null;
      this.sending = Promise.resolve();
      this.lines = [...element.querySelectorAll(".line")].map((item) => new Line(this, item));
      this.after = element.querySelector("[data-after]");
      window.addEventListener("pagehide", () => this.lines.forEach((line) => line.keep()));
      element.addEventListener("submit", (event) => this.submitted(event));
    }
    async start() {
      if (this.element.dataset.words) {
        const answer = await fetch(this.element.dataset.words);
        this.words = new Words(await answer.text());
      }
      this.lines.forEach((line) => line.paint());
    }
    split(text) {
      return this.signs ? [...text.replace(/[\s\u2010-\u2015-]/g, "")] : text.split(/\s+/).filter(Boolean);
    }
    allows(sign) { return this.signs.includes(sign.toUpperCase()); }
    beside(line, step) { return this.lines[this.lines.indexOf(line) + step] || (step > 0 && this.after) || line; }
    next(line) {
      const at = this.lines.indexOf(line);
      const order = [...this.lines.slice(at + 1), ...this.lines.slice(0, at + 1)];
      return order.find((one) => !one.good) || this.after || line;
    }
    async fill(line, parts) {
      const from = this.lines.slice(this.lines.indexOf(line));
      for (const one of from.filter((_, at) => at * this.symbols < parts.length)) {
        const at = from.indexOf(one) * this.symbols;
        one.set(parts.slice(at, at + this.symbols).join(this.signs ? "" : " "));
        await one.keep(true);
      }
      this.next(this.lines.at(-1)).focus();
    }
    send(line, text) {
      const body = new URLSearchParams(new FormData(this.element));
      for (const name of [...body.keys()]) { if (/^line-/.test(name)) { body.delete(name); } }
      body.set(line.input.name, text);
      this.sending = this.sending.then(async () => {
        try {
          const answer = await fetch(this.element.dataset.check, { method: "POST", body, keepalive: true });
          if (!answer.ok || answer.redirected) { throw new Error(answer.statusText); }
          line.show(text, await answer.text());
        } catch {
          line.unsent();
        }
      });
      return this.sending;
    }
    submitted(event) {
      this.element.setAttribute("aria-busy", "true");
      if (event.submitter) { event.submitter.classList.add("busy-now"); }
    }
  }

  for (const element of document.querySelectorAll("form.typing")) { new Form(element).start(); }
})();
