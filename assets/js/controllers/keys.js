import { Controller } from "@hotwired/stimulus";
import { isForPage } from "../keyboard.js";

// On <body>: `?` lists the keys, `g` then a letter goes to a page, `z` undoes the newest thing that can be undone.
export class Keys extends Controller {
  static values = { pause: { type: Number, default: 1500 } };

  press(event) {
    if (!isForPage(event)) return;
    const key = event.key.toLowerCase();
    if (this.going) this.arrive(key, event);
    else if (event.key === "?") document.getElementById("keys").showModal();
    else if (key === "g") this.depart();
    else if (key === "z") this.undo(event);
  }

  depart() {
    this.going = setTimeout(() => this.forget(), this.pauseValue);
  }

  arrive(key, event) {
    this.forget();
    const link = document.querySelector(`[data-goto="${CSS.escape(key)}"]`);
    if (!link) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    link.click();
  }

  forget() {
    clearTimeout(this.going);
    this.going = undefined;
  }

  undo(event) {
    const button = [...document.querySelectorAll("[data-undo]")].at(-1);
    if (!button) return;
    event.preventDefault();
    button.click();
  }
}
