// Who owns a key press: the page's shortcuts never take one from a form field (a tick takes no letters), a dialog, a modifier or an input method.

export function isForPage(event) {
  if (event.defaultPrevented || event.isComposing || event.metaKey || event.ctrlKey || event.altKey) return false;
  if (document.querySelector("dialog[open]")) return false;
  return !event.target.closest("input:not([type=checkbox]), select, textarea, [contenteditable]");
}
