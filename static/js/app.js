// What the frame needs beside htmx, one matter in each file, none of which knows another. Loaded
// as modules with DEBUG=1; `collectstatic` makes one file of them (docs/adr/0011).
import "./session.js";
import "./focus.js";
import "./fields.js";
import "./ticks.js";
import "./dialog.js";
import "./toast.js";
import "./offline.js";
import "./unsaved.js";
import "./shortcuts.js";
import "./fresh.js";
import "./polls.js";
import "./frame.js";
import "./editor.js";
