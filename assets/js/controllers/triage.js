import { Controller } from "@hotwired/stimulus";
import { isForPage } from "../keyboard.js";

const STAYS = ["claim", "release"]; // acts after which the row is still there to be judged

// A list worked off by keys: J/K move, any other key presses the button or link of the current row that carries it as data-key.
// Where the form sends by htmx the next row is current at once, and the answer takes the row away or brings it back as it stands now.
export class Triage extends Controller {
  static targets = ["row", "note"];

  connect() {
    this.index = 0;
    this.mark();
  }

  // The row acted upon leaves; the next one takes its place.
  rowTargetDisconnected(row) {
    const still = this.rowTargets.indexOf(this.row);
    this.index = Math.max(0, Math.min(still < 0 ? this.index : still, this.rowTargets.length - 1));
    this.mark(row === this.row && this.moved && !document.querySelector("dialog[open]"));
    if (!this.rowTargets.length && row.ariaBusy) this.dispatch("done");
  }

  rowTargetConnected() {
    this.mark();
  }

  press(event) {
    if (!isForPage(event)) return;
    const key = event.key.toLowerCase();
    if (key === "j" || key === "k") return this.step(key === "j" ? 1 : -1, event);
    if (key === "enter" && event.target.closest("a, button, summary")) return;
    if (this.current?.ariaBusy) return;
    const button = this.current?.querySelector(`[data-key="${CSS.escape(key)}" i]`);
    if (!button) return;
    event.preventDefault();
    this.moved = true;
    button.click();
  }

  pick(event) {
    const index = this.rowTargets.findIndex((row) => row.contains(event.target));
    if (index < 0 || this.rowTargets[index].ariaBusy) return;
    this.index = index;
    this.mark();
  }

  step(by, event) {
    event.preventDefault();
    this.moved = true;
    this.index = Math.max(0, Math.min(this.rowTargets.length - 1, this.index + by));
    this.mark(true);
  }

  // Every act on a row is a form of its own: the same one sent twice gets the first answer.
  send({ detail }) {
    const act = detail.parameters.do;
    const row = this.acted(act);
    if (!row) return;
    detail.headers["Idempotency-Key"] = `${detail.parameters._once}:${act}`;
    if (this.hasNoteTarget) this.noteTarget.value = "";
    if (STAYS.includes(act.split(":")[0])) return;
    row.ariaBusy = "true";
    const next = this.rowTargets.findIndex((one, n) => n > this.rowTargets.indexOf(row) && !one.ariaBusy);
    if (row === this.current && next >= 0) this.index = next;
    this.mark(this.moved);
  }

  answered({ detail }) {
    const row = detail.failed && this.acted(detail.requestConfig.parameters.do);
    if (row) row.ariaBusy = null;
  }

  // htmx gives a row that it replaced the class of the new one back after we marked it.
  settled() {
    this.mark();
  }

  acted(act) {
    const button = act?.includes(":") && this.element.querySelector(`button[value="${CSS.escape(act)}"]`);
    return button && button.closest("[data-triage-target=row]");
  }

  mark(focus = false) {
    this.rowTargets.forEach((row, n) => {
      row.classList.toggle("is-current", n === this.index);
      row.tabIndex = n === this.index ? 0 : -1;
    });
    this.row = this.current;
    if (!focus) return;
    this.current?.focus({ preventScroll: true });
    this.current?.scrollIntoView({ block: "nearest" });
  }

  get current() {
    return this.rowTargets[this.index];
  }
}
