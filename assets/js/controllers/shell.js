import { Controller } from "@hotwired/stimulus";

// On <body>: theme without a reload, the busy line, short addresses, and dialogs for browsers without invoker commands.
export class Shell extends Controller {
  connect() {
    this.running = 0;
    for (const tab of document.querySelectorAll(".tabs [aria-current]")) this.reveal(tab, tab.closest(".tabs"));
    if (/mac|iphone|ipad/i.test(navigator.platform)) for (const key of document.querySelectorAll("[data-mod]")) key.textContent = "⌘";
    if (!("commandForElement" in HTMLButtonElement.prototype)) document.addEventListener("click", this.command);
  }

  // On a phone the row of tabs is longer than the screen: the open one stands in its middle.
  reveal(tab, row) {
    row.scrollLeft = tab.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
  }

  // The form posts the choice; here it also takes effect at once. Without script the answer is a redirect back.
  theme(event) {
    event.preventDefault();
    const form = event.target;
    const theme = event.submitter.value;
    const root = document.documentElement;
    if (theme === "auto") root.removeAttribute("data-bs-theme");
    else root.setAttribute("data-bs-theme", theme);
    for (const button of form.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button === event.submitter));
    const body = new URLSearchParams(new FormData(form, event.submitter));
    fetch(form.action, { method: "POST", body, redirect: "manual" });
    document.dispatchEvent(new CustomEvent("themechange", { detail: theme }));
  }

  busy() {
    this.running += 1;
    document.documentElement.toggleAttribute("data-busy", true);
  }

  idle() {
    this.running = Math.max(0, this.running - 1);
    document.documentElement.toggleAttribute("data-busy", this.running > 0);
  }

  // Filters that are not set stay out of the address: ?tier=core, not ?q=&tier=core&group=
  tidy(event) {
    if (event.detail.verb !== "get") return;
    const { formData } = event.detail;
    for (const name of new Set(formData.keys())) {
      const kept = formData.getAll(name).filter((value) => value !== "");
      formData.delete(name);
      for (const value of kept) formData.append(name, value);
    }
  }

  command(event) {
    const button = event.target.closest("button[command][commandfor]");
    const dialog = button && document.getElementById(button.getAttribute("commandfor"));
    if (!dialog) return;
    if (button.getAttribute("command") === "show-modal") dialog.showModal();
    else dialog.close();
  }
}
