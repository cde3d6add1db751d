// Dialogs are the browser's own: it keeps the focus inside, closes on Escape and gives the focus
// back, unless what had it was swapped for its successor meanwhile.
let focusedBefore = "";

function open(dialog) {
  if (dialog && !dialog.open) {
    focusedBefore = document.activeElement?.id || "";
    dialog.showModal();
    // Not "autofocus": in a frame of another site browsers refuse that, and complain.
    dialog.querySelector("[data-first]")?.focus();
  }
}

document.addEventListener("click", ({ target }) => {
  const opener = target.closest("[data-dialog]");
  if (opener) {
    open(document.getElementById(opener.dataset.dialog));
  } else if (target.matches("dialog.zid-dialog[open]")) {
    target.close(); // the backdrop belongs to the dialog, its content covers the rest
  }
});

// What the server puts into the page's dialog opens it: hx-target="#dialog".
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target?.id === "dialog") {
    open(detail.target);
  }
});

document.addEventListener(
  "close",
  ({ target }) => {
    // What had it is gone, so the browser leaves it in the dialog, which nobody sees any more.
    const { activeElement } = document;
    if (activeElement === document.body || target.contains(activeElement)) {
      document.getElementById(focusedBefore)?.focus();
    }
  },
  true,
);
