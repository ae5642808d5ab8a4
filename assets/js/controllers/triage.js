import { Controller } from "@hotwired/stimulus";
import { isForPage } from "../keyboard.js";

// A list worked off by keys: J/K move, any other key presses the button or link of the current row that carries it as data-key.
export class Triage extends Controller {
  static targets = ["row"];

  connect() {
    this.index = 0;
    this.mark();
  }

  // The row acted upon leaves; the next one takes its place.
  rowTargetDisconnected() {
    this.index = Math.max(0, Math.min(this.index, this.rowTargets.length - 1));
    this.mark(this.moved && !document.querySelector("dialog[open]"));
  }

  rowTargetConnected() {
    this.mark();
  }

  press(event) {
    if (!isForPage(event)) return;
    const key = event.key.toLowerCase();
    if (key === "j" || key === "k") return this.step(key === "j" ? 1 : -1, event);
    if (key === "enter" && event.target.closest("a, button, summary")) return;
    const button = this.current?.querySelector(`[data-key="${CSS.escape(key)}" i]`);
    if (!button) return;
    event.preventDefault();
    this.moved = true;
    button.click();
  }

  pick(event) {
    const index = this.rowTargets.findIndex((row) => row.contains(event.target));
    if (index < 0) return;
    this.index = index;
    this.mark();
  }

  step(by, event) {
    event.preventDefault();
    this.moved = true;
    this.index = Math.max(0, Math.min(this.rowTargets.length - 1, this.index + by));
    this.mark(true);
  }

  mark(focus = false) {
    this.rowTargets.forEach((row, n) => {
      row.classList.toggle("is-current", n === this.index);
      row.tabIndex = n === this.index ? 0 : -1;
    });
    if (!focus) return;
    this.current?.focus({ preventScroll: true });
    this.current?.scrollIntoView({ block: "nearest" });
  }

  get current() {
    return this.rowTargets[this.index];
  }
}
