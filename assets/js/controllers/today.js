import { isForPage } from "../keyboard.js";
import { Triage } from "./triage.js";

const PARTS = ["today-list", "today-strip"];
const TOKENS = /name="(csrfmiddlewaretoken|_once)" value="[^"]*"/g; // new with every answer, though nothing changed
const bare = (element) => element.innerHTML.replace(TOKENS, "");

// 今日待办: triage over a list that the server sends anew after every act and whenever something changed. Ticks, focus and the
// current row stay; the letters act on the current row, or on all that are ticked.
export class Today extends Triage {
  static targets = ["row", "bulk", "ask", "poll"];

  // As the server sent them: the page's own marks (the current row) are no change.
  initialize() {
    this.sent = Object.fromEntries(PARTS.map((id) => [id, bare(document.getElementById(id))]));
  }

  press(event) {
    const dialog = document.querySelector("dialog[open]");
    if (dialog && this.element.contains(dialog)) return this.choose(dialog, event);
    const bulk = isForPage(event) && this.ticked.length && this.bulkTarget.querySelector(`[data-today-bulk="${CSS.escape(event.key.toLowerCase())}"]`);
    if (!bulk) return super.press(event);
    event.preventDefault();
    bulk.click();
  }

  choose(dialog, event) {
    const choice = dialog.querySelector(`[data-choice="${CSS.escape(event.key)}"]`);
    if (!choice || event.metaKey || event.ctrlKey || event.altKey) return;
    event.preventDefault();
    choice.click();
  }

  // Opens the dialog that asks on, about the ticked rows or this one.
  ask(event) {
    const row = event.currentTarget.closest('[data-today-target~="row"]');
    const chosen = row && !this.ticked.length ? [row.querySelector("input[name=key]").value] : this.ticked.map((box) => box.value);
    if (!chosen.length) return;
    const dialog = document.getElementById(event.currentTarget.dataset.ask);
    const form = dialog.querySelector("form");
    for (const old of form.querySelectorAll("input[name=key]")) old.remove();
    for (const key of chosen) {
      const input = Object.assign(document.createElement("input"), { type: "hidden", name: "key", value: key });
      form.append(input);
    }
    dialog.showModal();
    form.querySelector("button").focus();
  }

  move(event) {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    const buttons = [...event.currentTarget.querySelectorAll("button")];
    buttons[(buttons.indexOf(document.activeElement) + by + buttons.length) % buttons.length]?.focus();
  }

  // The forms that stay are good for another act; a refusal may mean that the list is old.
  answered(event) {
    const form = event.target.closest("form");
    if (!form) return;
    const once = form.querySelector("input[name=_once]");
    if (once) once.value = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    if (!event.detail.successful) window.htmx.trigger(document.body, "today:refresh");
    else if (form === this.bulkTarget || this.askTargets.includes(form)) for (const box of this.ticked) box.click();
  }

  // An undo that stands in a message answers elsewhere.
  undone(event) {
    if (event.target.closest?.("#toasts")) window.htmx.trigger(document.body, "today:refresh");
  }

  // A refresh that fails is no act that failed: the next one comes in seconds.
  quiet(event) {
    event.stopPropagation();
  }

  merge(event) {
    const text = event.detail.xhr.responseText;
    if (!text.includes('id="today-list"')) return;
    const fresh = new DOMParser().parseFromString(text, "text/html");
    for (const id of PARTS) this.renew(document.getElementById(id), fresh.getElementById(id));
  }

  renew(old, fresh) {
    if (!old || !fresh || this.sent[old.id] === bare(fresh)) return;
    this.sent[old.id] = bare(fresh);
    const kept = { ticked: this.ticked.map((box) => box.value), current: this.current?.id, index: this.index, focus: this.held(old) };
    this.settling = true;
    old.replaceWith(fresh);
    window.htmx.process(fresh);
    for (const box of fresh.querySelectorAll("input[name=key][type=checkbox]")) box.checked = kept.ticked.includes(box.value);
    // Stimulus hears of new rows only after this; what they find is settled then.
    queueMicrotask(() => this.settle(kept));
  }

  settle(kept) {
    this.settling = false;
    const index = this.rowTargets.findIndex((row) => row.id === kept.current);
    this.index = index < 0 ? Math.max(0, Math.min(kept.index, this.rowTargets.length - 1)) : index;
    this.mark();
    if (!kept.focus || document.querySelector("dialog[open]")) return;
    const row = document.getElementById(kept.focus.row) ?? this.current;
    const twin = kept.focus.row === row?.id && kept.focus.key && row.querySelector(`[data-key="${CSS.escape(kept.focus.key)}"]`);
    (twin || row)?.focus({ preventScroll: true });
  }

  // What has the focus inside a part: the row and the control in it.
  held(part) {
    const { activeElement } = document;
    const row = activeElement.closest('[data-today-target~="row"]');
    return part.contains(activeElement) && row ? { row: row.id, key: activeElement.dataset.key } : undefined;
  }

  rowTargetConnected() {
    if (!this.settling) super.rowTargetConnected();
  }

  rowTargetDisconnected(row) {
    if (!this.settling) super.rowTargetDisconnected(row);
  }

  get ticked() {
    return [...this.element.querySelectorAll("input[name=key][type=checkbox]:checked")];
  }
}
