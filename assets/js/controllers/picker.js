import { Controller } from "@hotwired/stimulus";

// Many ticks with a search above them. Without script the ticks are all there is.
export class Picker extends Controller {
  static targets = ["head", "search", "row", "count"];

  connect() {
    this.headTarget.hidden = this.rowTargets.length < 2;
    this.count();
  }

  filter(event) {
    if (event.target === this.searchTarget) {
      const wanted = this.searchTarget.value.trim().toLowerCase();
      for (const row of this.rowTargets) row.hidden = !row.textContent.toLowerCase().includes(wanted);
      event.stopPropagation(); // searching changes nothing: no preview, no "unsaved changes"
    }
    this.count();
  }

  // Ticks every group shown; when all of them are, unticks them.
  all() {
    const boxes = this.rowTargets.filter((row) => !row.hidden).map((row) => row.querySelector("input"));
    const tick = !boxes.every((box) => box.checked);
    for (const box of boxes) box.checked = tick;
    boxes[0]?.dispatchEvent(new Event("input", { bubbles: true }));
  }

  count() {
    this.countTarget.textContent = this.rowTargets.filter((row) => row.querySelector("input").checked).length;
  }
}
