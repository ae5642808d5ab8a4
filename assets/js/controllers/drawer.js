import { Controller } from "@hotwired/stimulus";

// The panel of one entry: opens when its content arrives, tells the calendar when something was done in it, owns its keys.
export class Drawer extends Controller {
  show() {
    if (!this.element.open) this.element.showModal();
  }

  close() {
    this.element.close();
  }

  backdrop(event) {
    if (event.target === this.element) this.close();
  }

  done({ detail }) {
    if (detail.successful && detail.requestConfig.verb === "post") document.dispatchEvent(new CustomEvent("calendar-changed"));
  }

  press(event) {
    if (event.metaKey || event.ctrlKey || event.altKey || event.isComposing || event.target.closest("input, select, textarea")) return;
    const button = this.element.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
    if (!button) return;
    event.preventDefault();
    event.stopPropagation();
    button.click();
  }
}
