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
    delete bar.dataset.unsaved;
    bar.hidden = true;
  }
});
