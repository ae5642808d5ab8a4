import { Controller } from "@hotwired/stimulus";
import { isForPage } from "../keyboard.js";

const WIDE = "(min-width: 768px)"; // narrower there is only the agenda; the same number stands in calendar.css
const VIEWS = { month: "dayGridMonth", week: "timeGridWeek" };

// The grid of the calendar. Its first entries come with the page; after a change it asks the API for the same days again.
// Pages of days are turned by links: address, agenda and grid always show the same.
export class Calendar extends Controller {
  static targets = ["grid", "data", "agenda"];
  static values = { view: String, date: String, since: String, until: String, zone: String, locale: String, grid: String, source: String, create: String, createZone: String, more: String };

  connect() {
    this.wide = matchMedia(WIDE);
    this.wide.addEventListener("change", this.draw);
    this.draw();
  }

  disconnect() {
    this.wide.removeEventListener("change", this.draw);
    this.calendar?.destroy();
  }

  draw = async () => {
    if (this.calendar || !this.wide.matches || !(this.viewValue in VIEWS)) return;
    await this.library();
    if (!this.element.isConnected || this.calendar) return;
    this.spread = JSON.parse(this.dataTarget.content.textContent);
    this.calendar = window.calendarGrid(this.gridTarget, this.options());
    this.calendar.render();
    this.element.dataset.drawn = "";
  };

  library() {
    if (window.calendarGrid) return undefined;
    return new Promise((resolve, reject) => {
      const script = Object.assign(document.createElement("script"), { src: this.gridValue, onload: resolve, onerror: reject });
      document.head.append(script);
    });
  }

  options() {
    const chinese = this.localeValue.startsWith("zh");
    return {
      initialView: VIEWS[this.viewValue],
      initialDate: this.dateValue,
      headerToolbar: false,
      timeZone: this.zoneValue,
      locale: chinese ? "zh-cn" : "en-gb",
      firstDay: 1,
      fixedWeekCount: false,
      ...(this.viewValue === "week" ? { height: "52rem", expandRows: true } : { height: "auto" }),
      dayMaxEvents: 5,
      moreLinkClass: "cal-more",
      moreLinkText: (count) => this.moreValue.replace("#", count),
      allDaySlot: false,
      nowIndicator: true,
      slotDuration: "01:00:00",
      snapDuration: "00:15:00",
      slotMinTime: this.earliest(),
      defaultTimedEventDuration: "00:45:00",
      slotEventOverlap: false,
      eventTimeFormat: { hour: "2-digit", minute: "2-digit", hour12: false },
      dayHeaderFormat: this.viewValue === "week" ? { weekday: "short", month: "numeric", day: "numeric" } : { weekday: "short" },
      eventDurationEditable: false,
      eventStartEditable: true,
      eventInteractive: true,
      longPressDelay: 350,
      events: this.spread.entries.map((entry) => this.asEvent(entry)),
      eventClass: ({ event }) => this.classes(event.extendedProps),
      eventContent: ({ event, timeText }) => this.content(event, timeText),
      eventDidMount: ({ event, el }) => { el.title = this.title(event.extendedProps); },
      eventClick: (info) => this.open(info),
      eventDrop: (info) => this.drop(info),
      dateClick: (info) => this.begin(info),
      dayCellTopContent: (info) => this.head(info),
      dayHeaderContent: (info) => (this.viewValue === "week" ? this.head(info) : info.text),
      dayCellClass: (info) => this.note(info)?.mark === "休" ? "cal-off" : "",
    };
  }

  // A day begins at six, unless something is said before.
  earliest() {
    const clock = new Intl.DateTimeFormat("en-GB", { timeZone: this.zoneValue, hour: "2-digit", hourCycle: "h23" });
    const hours = this.spread.entries.map((entry) => Number(clock.format(new Date(entry.due_at))));
    return `${String(Math.min(6, ...hours)).padStart(2, "0")}:00:00`;
  }

  asEvent(entry) {
    return { id: entry.key, title: entry.title, start: entry.due_at, editable: entry.movable, extendedProps: entry };
  }

  classes({ state, colour, source, count }) {
    return `cal-event state-${colour} is-${state} is-from-${source}${count > 1 ? " is-many" : ""}`;
  }

  content(event, time) {
    const { count, label } = event.extendedProps;
    const parts = [this.make("span", "cal-time", time), this.make("span", "cal-name", event.title)];
    if (this.viewValue === "week" && time.endsWith(":00")) parts.shift(); // the axis says it
    if (count > 1) parts.push(this.make("span", "cal-count", `×${count}`));
    parts.push(this.make("span", "visually-hidden", label));
    const line = this.make("span", "cal-parts", ""); // one line of our own: FullCalendar stacks nodes in the week
    line.append(...parts);
    return { domNodes: [line] };
  }

  make(name, className, text) {
    return Object.assign(document.createElement(name), { className, textContent: text });
  }

  title({ title, label, count, group_name: group }) {
    return [title, count > 1 ? `×${count}` : group, label].filter(Boolean).join(" · ");
  }

  // The head of a day: its number, the festival or 休/班, the theme.
  head(info) {
    const note = this.note(info);
    const nodes = [this.make("span", "cal-number", info.text ?? info.dayNumberText)];
    if (note?.label) nodes.push(this.make("span", note.mark === "班" ? "cal-note is-on" : "cal-note", note.label));
    if (note?.theme) nodes.push(this.make("span", "cal-theme", note.theme));
    return { domNodes: nodes };
  }

  note({ date }) {
    return this.spread.days[this.dayOf(date)];
  }

  dayOf(date, timeZone = this.zoneValue) {
    return new Intl.DateTimeFormat("en-CA", { timeZone }).format(date);
  }

  open(info) {
    info.jsEvent.preventDefault();
    this.show(info.event.extendedProps.url);
  }

  show(url) {
    window.htmx.ajax("GET", url, { target: "#entry-body", swap: "innerHTML" });
  }

  begin(info) {
    const over = info.allDay ? this.dayOf(info.date) < this.dayOf(new Date()) : info.date < new Date();
    if (!this.createValue || over) return;
    const address = new URL(this.createValue, location.href);
    const timeZone = info.allDay ? this.zoneValue : this.createZoneValue; // the form reads the wall clock of the group
    address.searchParams.set("day", this.dayOf(info.date, timeZone));
    if (!info.allDay) address.searchParams.set("at_time", info.date.toLocaleTimeString("en-GB", { timeZone, hour: "2-digit", minute: "2-digit" }));
    location.assign(address);
  }

  // Dropped: asked for at once. A refusal snaps it back and says why; a doubt opens the panel, which can keep it anyway.
  async drop({ event, oldEvent, revert }) {
    const { url } = event.extendedProps;
    const body = new URLSearchParams({ to: event.start.toISOString(), was: oldEvent.start.toISOString() });
    const headers = { "X-CSRFToken": document.body.dataset.csrf, "HX-Request": "true" };
    let answer;
    try {
      answer = await fetch(`${url}move/`, { method: "POST", body, headers });
    } catch {
      revert();
      document.dispatchEvent(new Event("htmx:sendError"));
      return;
    }
    this.announce(answer);
    if (answer.ok) await this.refresh();
    else revert();
    const asks = answer.headers.get("Content-Type")?.startsWith("text/html"); // a plain refusal is told by its toast alone
    if (answer.status === 422 && asks) this.doubt(await answer.text());
  }

  announce(answer) {
    const said = answer.headers.get("HX-Trigger");
    const toast = said?.startsWith("{") && JSON.parse(said).toast;
    if (toast) document.dispatchEvent(new CustomEvent("toast", { detail: toast }));
  }

  doubt(html) {
    const body = document.getElementById("entry-body");
    body.innerHTML = html;
    window.htmx.process(body);
    body.closest("dialog").showModal();
  }

  // The same days again: the grid from the API, the agenda from the page.
  async refresh() {
    if (!this.calendar) return this.reload();
    const answer = await fetch(this.sourceValue, { headers: { Accept: "application/json" } });
    if (!answer.ok || !this.calendar) return undefined;
    this.spread.entries = (await answer.json()).entries;
    this.calendar.removeAllEvents();
    for (const entry of this.spread.entries) this.calendar.addEvent(this.asEvent(entry));
    return undefined;
  }

  // The undo button of a toast has done something.
  undone({ target, detail }) {
    if (detail.successful && detail.requestConfig.verb === "post" && target.closest("#toasts")) this.refresh();
  }

  reload() {
    return window.htmx.ajax("GET", location.href, { target: "#calendar", swap: "outerHTML" });
  }

  press(event) {
    if (!isForPage(event)) return;
    const key = event.key.toLowerCase();
    const found = this.element.querySelector(`[data-key="${CSS.escape(key)}"]`) ?? (key === "n" && document.querySelector("[data-calendar-new]"));
    if (!found) return;
    event.preventDefault();
    found.click();
  }
}
