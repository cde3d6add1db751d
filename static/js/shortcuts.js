// Keyboard shortcuts. What a key does is written on the element: data-shortcut="search".
const isOn = () => document.querySelector("[data-shortcuts]")?.dataset.shortcuts === "on";
const isTypedIn = (element) =>
  element.closest("select, textarea, [contenteditable], input:not([type=radio], [type=checkbox])");

// By the letter where the keyboard writes Latin ones, and by the key's place where it writes
// Arabic: there "n" is «ى», and the question mark is «؟».
function isKey({ key, code }, letter, place) {
  return key.length === 1 && key.charCodeAt(0) > 127 ? code === place : key.toLowerCase() === letter;
}

let followed = ""; // the name of the key whose link is on its way

function nameOf(event) {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) {
    return isKey(event, "s", "KeyS") ? "save" : "";
  }
  if (event.ctrlKey || event.metaKey || event.altKey || !isOn() || isTypedIn(event.target)) {
    return "";
  }
  if (event.key === "?" || event.key === "؟") {
    return "help";
  }
  if (event.shiftKey) {
    return event.key === "/" ? "search" : ""; // on some keyboards the slash needs Shift
  }
  return isKey(event, "/", "Slash") ? "search" : isKey(event, "n", "KeyN") ? "new" : "";
}

// What the page itself has to offer comes before the link that leads there.
function elementFor(name) {
  const which = `[data-shortcut~="${name}"]:not(:disabled)`;
  return document.querySelector(`#main ${which}`) || document.querySelector(which);
}

document.addEventListener("keydown", (event) => {
  if (event.repeat || document.querySelector("dialog:modal")) {
    return; // a dialog has the keys to itself; Escape closes it
  }
  const name = nameOf(event);
  const element = name && elementFor(name);
  if (!element) {
    return;
  }
  event.preventDefault();
  if (element.matches("input")) {
    element.focus();
    element.select?.();
  } else {
    followed = name;
    element.click();
  }
});

// Where the page that the key led to has a field for it, that is what was meant.
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (detail.target === document.body) {
    document.querySelector(`#main input[data-shortcut~="${followed || "-"}"]`)?.focus();
    followed = "";
  }
});
