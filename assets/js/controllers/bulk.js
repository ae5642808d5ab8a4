import { Controller } from "@hotwired/stimulus";

// Check boxes of a list and the bar that acts on the checked ones. Shift-click checks a range.
export class Bulk extends Controller {
  static targets = ["all", "item", "bar", "count"];

  itemTargetConnected() {
    this.count();
  }

  itemTargetDisconnected() {
    this.count();
  }

  all(event) {
    for (const item of this.itemTargets) item.checked = event.target.checked;
    this.count();
  }

  pick(event) {
    const items = this.itemTargets;
    const here = items.indexOf(event.target);
    if (event.shiftKey && this.last !== undefined) {
      const [from, to] = [Math.min(here, this.last), Math.max(here, this.last)];
      for (const item of items.slice(from, to + 1)) item.checked = event.target.checked;
    }
    this.last = here;
    this.count();
  }

  clear() {
    for (const item of this.itemTargets) item.checked = false;
    this.count();
  }

  count() {
    const checked = this.itemTargets.filter((item) => item.checked).length;
    if (this.hasBarTarget) this.barTarget.hidden = checked === 0;
    for (const place of this.countTargets) place.textContent = checked;
    if (!this.hasAllTarget) return;
    this.allTarget.checked = checked > 0 && checked === this.itemTargets.length;
    this.allTarget.indeterminate = checked > 0 && checked < this.itemTargets.length;
  }
}
