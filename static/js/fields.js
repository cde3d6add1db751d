// How much room is left in a field that has a limit, said below it while it fills up.
document.addEventListener("input", ({ target }) => {
  if (!target.dataset.left) {
    return;
  }
  const id = `${target.id}_left`;
  let note = document.getElementById(id);
  if (!note) {
    note = Object.assign(document.createElement("span"), { id, className: "zid-input-helper" });
    note.setAttribute("aria-live", "polite");
    target.after(note);
  }
  note.textContent = `${target.dataset.left} ${target.maxLength - target.value.length}`;
});

// A moment in words: which of its numbers is the month depends on the browser, not on the page.
document.addEventListener("input", ({ target }) => {
  if (target.type !== "datetime-local") {
    return;
  }
  const id = `${target.id}_words`;
  let note = document.getElementById(id);
  if (!note) {
    note = Object.assign(document.createElement("span"), { id, className: "zid-input-helper" });
    note.setAttribute("aria-live", "polite");
    target.after(note);
  }
  const language = document.documentElement.lang === "ar" ? "ar-u-ca-gregory-nu-latn" : "en-GB";
  const words = new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "short", timeZone: "UTC" });
  note.textContent = target.value ? words.format(new Date(`${target.value}Z`)) : "";
});

// Long texts are sent as files: the fields of a form may not be longer than a megabyte together.
const LONG = 200_000;
document.addEventListener("formdata", ({ target, formData }) => {
  for (const { name, value } of target.querySelectorAll("textarea[data-long-as-file]")) {
    if (value.length > LONG) {
      formData.set(name, new Blob([value], { type: "text/plain" }), `${name}.txt`);
    }
  }
});

// A save bar is in sight while something in its form is unsaved. Without this script it always is.
const barOf = (form) => form?.querySelector("[data-save-bar]");

function hideIdleBars() {
  for (const bar of document.querySelectorAll("form [data-save-bar]:not([data-unsaved])")) {
    bar.hidden = true;
  }
}
hideIdleBars();
document.addEventListener("htmx:afterSettle", hideIdleBars);

document.addEventListener("input", ({ target }) => {
  const bar = barOf(target.form);
  if (bar) {
    bar.dataset.unsaved = "";
    bar.hidden = false;
  }
});
document.addEventListener("reset", ({ target }) => {
  const bar = barOf(target);
  if (bar) {
    const hadFocus = bar.contains(document.activeElement);
    delete bar.dataset.unsaved;
    bar.hidden = true;
    if (hadFocus) {
      [...target.elements].find((field) => field.matches("input, select, textarea") && field.checkVisibility())?.focus();
    }
  }
});
