import { Controller } from "@hotwired/stimulus";

// Copies a text and says so on the button itself. `navigator.clipboard` needs HTTPS or localhost: elsewhere a selection serves.
export class Copy extends Controller {
  static values = { text: String };
  static targets = ["label"];

  async copy() {
    if (window.isSecureContext) await navigator.clipboard.writeText(this.textValue);
    else this.bySelection();
    this.labelTarget.hidden = true;
    this.element.dataset.copied = "";
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.rest(), 2000);
  }

  rest() {
    this.labelTarget.hidden = false;
    delete this.element.dataset.copied;
  }

  bySelection() {
    const field = document.createElement("textarea");
    field.value = this.textValue;
    this.element.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }

  disconnect() {
    clearTimeout(this.timer);
  }
}
