// Leaving a form that was filled in and not sent is asked about first: form[data-unsaved]. Asked are
// links and forms that lead to another page of the app; the browser's own buttons are left alone.
const changed = new WeakSet();
let leave = null;

document.addEventListener("input", ({ target }) => {
  if (target.form?.matches("[data-unsaved]")) {
    changed.add(target.form);
  }
});

document.addEventListener("htmx:confirm", (event) => {
  const { elt, target, issueRequest } = event.detail;
  const question = document.getElementById("unsaved");
  const forms = [...document.querySelectorAll("form[data-unsaved]")].filter((form) => changed.has(form));
  const isMeant = forms.includes(elt) || "discards" in elt.dataset;
  if (!question || !forms.length || target !== document.body || isMeant) {
    return;
  }
  event.preventDefault();
  leave = () => {
    forms.forEach((form) => changed.delete(form));
    issueRequest(true);
  };
  question.showModal();
});

// What was saved is not left unsaved, wherever the answer then leads; nor what was put back.
document.addEventListener("htmx:beforeOnLoad", ({ detail }) => {
  if (detail.xhr.status < 400) {
    changed.delete(detail.elt);
  }
});
document.addEventListener("reset", ({ target }) => changed.delete(target));

document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-leave]")) {
    document.getElementById("unsaved").close();
    leave?.();
  }
});
