import { Controller } from "@hotwired/stimulus";

// A <dialog>: opens itself when it arrives with `data-dialog-open-value="true"`, closes on its backdrop and after success.
export class Dialog extends Controller {
  static values = { open: Boolean };

  connect() {
    if (this.openValue && !this.element.open) this.element.showModal();
  }

  close() {
    this.element.close();
  }

  backdrop(event) {
    if (event.target === this.element) this.element.close();
  }

  // A form inside answered: 422 keeps the dialog open with the form's errors, anything else closes it.
  done(event) {
    if (event.detail.successful && event.detail.requestConfig.verb !== "get") this.element.close();
  }
}
