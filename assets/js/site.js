// The behaviour of every page: one Stimulus application, one controller per habit.
import { Application } from "@hotwired/stimulus";
import { Bulk } from "./controllers/bulk.js";
import { Copy } from "./controllers/copy.js";
import { Desk } from "./controllers/desk.js";
import { Dialog } from "./controllers/dialog.js";
import { Autosubmit, Dirty } from "./controllers/forms.js";
import { Keys } from "./controllers/keys.js";
import { Live } from "./controllers/live.js";
import { Menu } from "./controllers/menu.js";
import { Palette } from "./controllers/palette.js";
import { Passkey } from "./controllers/passkey.js";
import { Picker } from "./controllers/picker.js";
import { Sandbox } from "./controllers/sandbox.js";
import { Shell } from "./controllers/shell.js";
import { Toasts } from "./controllers/toasts.js";
import { Today } from "./controllers/today.js";
import { Triage } from "./controllers/triage.js";

const controllers = { autosubmit: Autosubmit, bulk: Bulk, copy: Copy, desk: Desk, dialog: Dialog, dirty: Dirty, keys: Keys, live: Live, menu: Menu, palette: Palette, passkey: Passkey, picker: Picker, sandbox: Sandbox, shell: Shell, toasts: Toasts, today: Today, triage: Triage };

// Pages with behaviour of their own (calendar, charts) register on it from their own bundle.
window.stimulus = Application.start();
for (const [name, controller] of Object.entries(controllers)) window.stimulus.register(name, controller);
