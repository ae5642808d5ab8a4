import { isForPage } from "../keyboard.js";
import { Triage } from "./triage.js";

const ROW = '[data-desk-target~="row"]';
const TOKENS = /name="(csrfmiddlewaretoken|_once)" value="[^"]*"/g; // new with every answer, though nothing changed

const boxes = (row) => [...row.querySelectorAll("input[type=checkbox]:not(:disabled)")];
const pks = (row) => row.dataset.pks.split(" ");
const bare = (element) => element.innerHTML.replace(TOKENS, "");
const liveIn = (root) => [...root.querySelectorAll("[data-live]")];

// The send desk: triage over cards that stays up to date. The server sends the whole list; what has not changed stays as it is,
// and what has keeps its ticks and the focus. A card that went while somebody was at it says why, until they move on.
export class Desk extends Triage {
  static targets = ["list", "poll"];

  // An address with #card-12, as from today's list, begins there.
  connect() {
    super.connect();
    const index = this.rowTargets.findIndex((row) => `#${row.id}` === window.location.hash);
    if (index < 0) return;
    this.index = index;
    this.mark(true);
  }

  press(event) {
    if (isForPage(event) && event.key.toLowerCase() === "u") this.undo(event);
    else super.press(event);
  }

  undo(event) {
    event.preventDefault();
    [...document.querySelectorAll("[data-undo]")].at(-1)?.click();
  }

  tickAll(event) {
    const all = boxes(event.target.closest(ROW));
    const tick = !all.every((box) => box.checked);
    for (const box of all) box.checked = tick;
  }

  // Copying begins the work: the card is taken on, and the key goes to the next part.
  copied(event) {
    const row = event.currentTarget.closest(ROW);
    const parts = [...row.querySelectorAll("[data-part]")];
    const next = parts[parts.indexOf(event.currentTarget) + 1] ?? parts[0];
    for (const part of parts) delete part.dataset.key;
    next.dataset.key = "c";
    row.querySelector('button[value="take"]')?.click();
  }

  step(by, event) {
    super.step(by, event);
    for (const row of this.rowTargets) if (row !== this.here && "gone" in row.dataset) row.remove();
  }

  // The current card stays the current one wherever others come and go; when it leaves, the next takes its place.
  mark(focus = false) {
    super.mark(focus);
    this.here = this.current;
  }

  rowTargetConnected() {
    if (!this.found()) super.rowTargetConnected();
  }

  rowTargetDisconnected(row) {
    if (!this.found()) super.rowTargetDisconnected(row);
  }

  found() {
    const index = this.rowTargets.indexOf(this.here);
    if (index < 0) return false;
    this.index = index;
    this.mark();
    return true;
  }

  answered(event) {
    const form = event.target.closest("form");
    if (!form) return;
    if (!event.detail.successful) window.htmx.trigger(this.pollTarget, "desk:refresh");
    else if ("decide" in form.dataset) form.closest(ROW).dataset.done = "";
  }

  seen(event) {
    event.detail.parameters.seen = this.rowTargets.flatMap(pks).join(",");
  }

  // A refresh that fails is no act that failed: the next one comes in seconds.
  quiet(event) {
    event.stopPropagation();
  }

  merge(event) {
    const fresh = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html").getElementById(this.element.id);
    if (!fresh) return;
    const left = new Set(this.rowTargets);
    const cards = [...fresh.querySelectorAll(ROW)];
    this.renewLive(this.element, fresh);
    let before;
    for (const card of cards) {
      const mine = pks(card);
      const twin = [...left].find((row) => pks(row).some((pk) => mine.includes(pk)));
      left.delete(twin);
      before = twin ? this.renew(twin, card) : this.add(card, before);
    }
    const why = new Map([...fresh.querySelectorAll("template[data-gone]")].map((told) => [told.dataset.gone, told.content.textContent]));
    for (const row of left) this.leave(row, pks(row).map((pk) => why.get(pk)).find(Boolean));
  }

  add(card, before) {
    if (before) before.after(card);
    else this.listTarget.prepend(card);
    window.htmx.process(card);
    return card;
  }

  renew(row, card) {
    if (row.dataset.version === card.dataset.version && !("gone" in row.dataset)) {
      this.renewLive(row, card);
      return row;
    }
    const ticked = new Set(boxes(row).filter((box) => box.checked).map((box) => box.value));
    for (const box of boxes(card)) box.checked = ticked.has(box.value);
    if (row === this.here) this.here = card;
    this.replace(row, card);
    return card;
  }

  renewLive(old, fresh) {
    const own = (root) => liveIn(root).filter((part) => part.closest(ROW) === root.closest(ROW));
    for (const part of own(fresh)) {
      const there = own(old).find((candidate) => candidate.dataset.live === part.dataset.live);
      if (there && bare(there) !== bare(part)) this.replace(there, part);
    }
  }

  // The same thing anew, with the focus where it was.
  replace(old, fresh) {
    const { activeElement } = document;
    const held = old.contains(activeElement);
    const { key } = activeElement.dataset;
    const named = activeElement.value && `[value="${CSS.escape(activeElement.value)}"]:not([type=hidden])`; // a group's tick, a button
    old.replaceWith(fresh);
    window.htmx.process(fresh);
    if (!held) return;
    const twin = (named && fresh.querySelector(named)) || (key && fresh.querySelector(`[data-key="${CSS.escape(key)}"]`)) || fresh;
    if (twin === fresh) fresh.tabIndex = 0;
    twin.focus({ preventScroll: true });
  }

  // Gone from the list: at once, unless somebody is at it.
  leave(row, why) {
    const held = row === this.here || row.contains(document.activeElement) || boxes(row).some((box) => box.checked);
    if ("done" in row.dataset || !why || !held) {
      row.remove();
      return;
    }
    row.dataset.gone = "";
    const note = row.querySelector("[data-gone-text]");
    note.textContent = why;
    note.hidden = false;
    for (const control of row.querySelectorAll("button, input")) control.disabled = true;
  }
}
