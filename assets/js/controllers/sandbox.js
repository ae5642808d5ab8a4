import { Controller } from "@hotwired/stimulus";

// What outlives the stage, which comes anew with every answer, also while somebody is writing.
const kept = { text: "", who: "", typing: false };

// The phone of the sandbox: shows its newest line, Enter sends, and who was typing goes on typing.
export class Sandbox extends Controller {
  static targets = ["log", "text", "form", "cast"];

  connect() {
    const chosen = this.logTarget.querySelector("[aria-current]");
    this.logTarget.scrollTop = this.logTarget.scrollHeight;
    if (chosen) this.reveal(chosen);
    this.restore();
  }

  restore() {
    if (kept.text && !this.textTarget.value) this.textTarget.value = kept.text;
    const chosen = this.castTarget.querySelector(`[value="${kept.who}"]`) ?? this.castTarget.querySelector(":checked");
    if (chosen) {
      chosen.checked = true;
      this.castTarget.scrollLeft = chosen.closest("label").offsetLeft - 40;
    }
    if (kept.typing) this.textTarget.focus({ preventScroll: true });
  }

  // Within the log alone: the page itself stays where it is.
  reveal(line) {
    const [box, log] = [line.getBoundingClientRect(), this.logTarget.getBoundingClientRect()];
    if (box.top < log.top) this.logTarget.scrollTop += box.top - log.top - 24;
  }

  press(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.formTarget.requestSubmit(this.formTarget.querySelector("button[value=say]"));
  }

  wrote() {
    kept.text = this.textTarget.value;
  }

  chose(event) {
    kept.who = event.target.value;
  }

  began() {
    kept.typing = true;
  }

  // Not where the writer is only swept away by a new stage.
  left() {
    if (this.textTarget.isConnected) kept.typing = false;
  }

  sent() {
    kept.text = "";
  }
}
