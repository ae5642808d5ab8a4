import { Controller } from "@hotwired/stimulus";

const LIFE = { short: 5000, undo: 10000 };

// The one region for messages. Toasts come with the page, out of band with a fragment, or as a `toast` event (HX-Trigger):
// {"toast": {"text": "...", "kind": "success", "undo": "/url/"}}, several as {"toast": {"items": […]}}. Errors stay until dismissed.
export class Toasts extends Controller {
  static targets = ["item", "template"];

  itemTargetConnected(item) {
    const life = item.querySelector("[data-undo]") ? LIFE.undo : item.dataset.kind === "danger" ? 0 : LIFE.short;
    if (!life) return;
    const start = () => { item.timer = setTimeout(() => item.remove(), life); };
    const stop = () => clearTimeout(item.timer);
    for (const name of ["pointerenter", "focusin"]) item.addEventListener(name, stop);
    for (const name of ["pointerleave", "focusout"]) item.addEventListener(name, start);
    start();
  }

  itemTargetDisconnected(item) {
    clearTimeout(item.timer);
  }

  show({ detail }) {
    for (const toast of detail.items ?? [detail]) this.add(toast);
  }

  add({ text, kind = "success", undo }) {
    const item = this.templateTarget.content.firstElementChild.cloneNode(true);
    item.dataset.kind = kind;
    item.querySelector("[data-text]").textContent = text;
    const form = item.querySelector("form");
    if (undo) {
      form.action = undo;
      form.setAttribute("hx-post", undo);
    } else form.remove();
    this.element.append(item);
    window.htmx.process(item);
  }

  dismiss(event) {
    event.target.closest("[data-toasts-target=item]").remove();
  }

  // A refusal (403, 409, 429 …) comes as its own page: its one sentence is shown, the page behind stays as it was.
  failed(event) {
    const { xhr } = event.detail;
    if (xhr.getResponseHeader("HX-Trigger")?.includes('"toast"')) return;
    const page = new DOMParser().parseFromString(xhr.responseText || "", "text/html");
    const said = page.querySelector("[data-error-message]")?.textContent.trim();
    this.add({ text: said || this.element.dataset.failed, kind: "danger" });
  }

  unreachable() {
    this.add({ text: this.element.dataset.unreachable, kind: "danger" });
  }
}
