import { Controller } from "@hotwired/stimulus";

const POLL = 10000;
const APART = 2000; // between two refreshes, however much happens

// Tells the page when to look again: by the server's stream where there is one, else every ten seconds; never while nobody looks.
// What changed is not said here: `event` goes to <body>, and whoever listens asks for its own part.
export class Live extends Controller {
  static values = { url: String, event: String };

  connect() {
    this.stale = false;
    this.last = Date.now();
    document.addEventListener("visibilitychange", this.seen);
    if (this.urlValue && window.EventSource) this.stream();
    else this.poll();
  }

  disconnect() {
    document.removeEventListener("visibilitychange", this.seen);
    clearInterval(this.timer);
    clearTimeout(this.soon);
    this.source?.close();
  }

  // A stream that is refused (no ASGI process, too many readers) ends for good: then the page polls.
  stream() {
    this.source?.close();
    this.source = new EventSource(this.urlValue);
    this.source.addEventListener("changed", () => this.changed());
    this.source.addEventListener("bye", () => this.source.close());
    this.source.addEventListener("error", () => {
      if (this.source.readyState === EventSource.CLOSED) this.poll();
    });
  }

  poll() {
    this.timer ??= setInterval(() => this.changed(), POLL);
  }

  changed() {
    if (document.hidden) this.stale = true;
    else this.soon ??= setTimeout(() => this.tell(), Math.max(0, this.last + APART - Date.now()));
  }

  tell() {
    this.soon = undefined;
    this.stale = false;
    this.last = Date.now();
    window.htmx.trigger(document.body, this.eventValue);
  }

  // A hidden tab holds no stream: over HTTP/1.1 a browser has six connections to us, for all its tabs. A new one begins with everything.
  seen = () => {
    if (document.hidden) {
      this.source?.close();
      this.source = undefined;
    } else if (this.urlValue && !this.timer) this.stream();
    else if (this.stale) this.changed();
  };
}
