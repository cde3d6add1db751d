// Focus is never lost, and a new page is announced.

// A button that is disabled while its request is under way loses the focus before htmx could keep it.
const focusedAtStart = new WeakMap();
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.elt.contains(document.activeElement)) {
    focusedAtStart.set(event.detail.xhr, document.activeElement.id);
  }
});

// Focus does not stay on what is gone: it goes to the first mistake, or else to the successor of
// what had it, or else, on a new page, to the content, which is announced by its name.
document.addEventListener("htmx:afterSettle", ({ target, detail }) => {
  if (detail.target === document.body) {
    const mistake = document.querySelector("#main [aria-invalid=true]");
    if (mistake) {
      mistake.focus();
    } else {
      document.querySelector("#main")?.focus({ preventScroll: true });
      announce(document.title);
    }
  } else if (document.activeElement === document.body && focusedAtStart.has(detail.xhr)) {
    const mistake = target.querySelector("[aria-invalid=true]");
    const successor = mistake || document.getElementById(focusedAtStart.get(detail.xhr));
    (successor || document.querySelector("#main"))?.focus({ preventScroll: !successor });
  }
});

// The place is new, as all of the page is; only what changes in it afterwards is read out.
function announce(text) {
  setTimeout(() => {
    const place = document.getElementById("announcement");
    if (place) {
      place.textContent = text;
    }
  }, 150);
}
