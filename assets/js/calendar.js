// The calendar's own bundle: loaded on its pages alone.
import { Calendar } from "./controllers/calendar_controller.js";
import { Drawer } from "./controllers/drawer.js";

window.stimulus.register("calendar", Calendar);
window.stimulus.register("drawer", Drawer);
