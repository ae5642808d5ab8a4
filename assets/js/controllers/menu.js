import { Controller } from "@hotwired/stimulus";

// A popover menu: arrows move between its entries, choosing one closes it. Where CSS anchors are missing it is placed by hand.
export class Menu extends Controller {
  toggled(event) {
    if (event.newState !== "open") return;
    if (!CSS.supports("position-area", "bottom")) this.place();
    this.entries[0]?.focus();
  }

  place() {
    const box = document.querySelector(`[popovertarget="${this.element.id}"]`).getBoundingClientRect();
    const { style, offsetWidth } = this.element;
    style.top = `${box.bottom + 4}px`;
    style.left = `${Math.max(8, box.right - offsetWidth)}px`;
  }

  move(event) {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    const { entries } = this;
    const here = entries.indexOf(document.activeElement);
    entries[(here + by + entries.length) % entries.length]?.focus();
  }

  close() {
    this.element.hidePopover();
  }

  get entries() {
    return [...this.element.querySelectorAll("a[href], button:not([disabled])")];
  }
}
