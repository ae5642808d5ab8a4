import { Controller } from "@hotwired/stimulus";

// A select that acts as soon as it is changed; without script the form shows its button.
export class Autosubmit extends Controller {
  submit() {
    this.element.requestSubmit();
  }
}

// A form with unsaved changes asks before the page is left.
export class Dirty extends Controller {
  connect() {
    window.addEventListener("beforeunload", this.ask);
  }

  disconnect() {
    window.removeEventListener("beforeunload", this.ask);
  }

  ask = (event) => {
    if (this.changed) event.preventDefault();
  };

  change() {
    this.changed = true;
  }

  saved() {
    this.changed = false;
  }
}
