// A short word that something is done, from the answer's HX-Trigger. Errors are no toasts: they
// stay on the page, beside what they are about.
const SHOWN_MILLISECONDS = 5000;

// "Done" beside what just failed would be a contradiction.
for (const failure of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(failure, () => document.getElementById("toasts")?.replaceChildren());
}

document.addEventListener("toast", ({ detail }) => {
  const toasts = document.getElementById("toasts");
  const template = document.getElementById("toast");
  if (!toasts || !template) {
    return;
  }
  const toast = template.content.firstElementChild.cloneNode(true);
  toast.querySelector("span").textContent = detail.value;
  toasts.replaceChildren(toast);
  setTimeout(() => toast.remove(), SHOWN_MILLISECONDS);
});
