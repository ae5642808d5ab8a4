import { Controller } from "@hotwired/stimulus";

// The command palette: ⌘K opens, arrows choose, enter goes, esc closes (the dialog's own). The server answers with links.
export class Palette extends Controller {
  static targets = ["input", "hits"];

  open(event) {
    event?.preventDefault();
    if (this.element.open) return;
    this.element.showModal();
    this.inputTarget.select();
    this.hitsTarget.replaceChildren(); // an arrow key must not choose in a list that is about to be replaced
    window.htmx.trigger(this.inputTarget, "palette:open");
  }

  shortcut(event) {
    if ((event.metaKey || event.ctrlKey) && !event.shiftKey && event.key.toLowerCase() === "k") this.open(event);
  }

  // The search field in the top bar is a link to the same answers as a page, for browsers without script.
  clicked(event) {
    if (event.target.closest("[data-palette-open]")) this.open(event);
  }

  move(event) {
    if (event.isComposing) return;
    if (event.key === "ArrowDown") this.choose(this.index + 1, event);
    else if (event.key === "ArrowUp") this.choose(this.index - 1, event);
    else if (event.key === "Enter" && this.options.length) {
      event.preventDefault();
      this.options[Math.max(0, this.index)].click();
    }
  }

  choose(index, event) {
    event.preventDefault();
    const { options } = this;
    if (options.length) this.mark((index + options.length) % options.length);
  }

  refresh() {
    this.options.forEach((option, n) => {
      option.id ||= `palette-option-${n}`;
      option.setAttribute("role", "option");
      option.tabIndex = -1;
    });
    for (const rest of this.hitsTarget.querySelectorAll(".palette-title")) rest.setAttribute("role", "presentation");
    for (const rest of this.hitsTarget.querySelectorAll(".nothing")) rest.setAttribute("role", "option");
    this.mark(0);
  }

  mark(index) {
    this.options.forEach((option, n) => option.setAttribute("aria-selected", String(n === index)));
    const current = this.options[index];
    if (current) this.inputTarget.setAttribute("aria-activedescendant", current.id);
    else this.inputTarget.removeAttribute("aria-activedescendant");
    current?.scrollIntoView({ block: "nearest" });
  }

  // A click on the backdrop is a click on the dialog itself.
  backdrop(event) {
    if (event.target === this.element) this.element.close();
  }

  get options() {
    return [...this.hitsTarget.querySelectorAll("a[href], button")];
  }

  get index() {
    return this.options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  }
}
