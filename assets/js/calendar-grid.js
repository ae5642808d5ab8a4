// FullCalendar, in a file of its own: a phone, which gets the agenda, never loads it.
import { Calendar } from "fullcalendar";
import dayGrid from "fullcalendar/daygrid";
import interaction from "fullcalendar/interaction";
import zh from "fullcalendar/locales/zh-cn";
import theme from "fullcalendar/themes/classic";
import timeGrid from "fullcalendar/timegrid";

window.calendarGrid = (element, options) =>
  new Calendar(element, { plugins: [dayGrid, timeGrid, interaction, theme], locales: [zh], ...options });
