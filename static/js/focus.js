// Focus is never lost, and what changes is announced.

// A button that is disabled while its request is under way loses the focus before htmx could keep it.
const focusedAtStart = new WeakMap();
document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (detail.elt.contains(document.activeElement)) {
    focusedAtStart.set(detail.xhr, document.activeElement);
  }
});

const findMistake = (place) => place.querySelector("[aria-invalid=true]");

// Focus does not stay on what is gone: it goes to the first mistake, or else to the outcome, or else
// to the successor of what had it (data-then names one of another id), or else, on a new page, to
// the content, which is announced by its name.
document.addEventListener("htmx:afterSettle", ({ target, detail }) => {
  const before = focusedAtStart.get(detail.xhr);
  if (detail.target === document.body) {
    const main = document.querySelector("#main");
    const successor = (main && findMistake(main)) || document.getElementById(before?.dataset.then);
    (successor || main)?.focus({ preventScroll: !successor });
    if (!main || !findMistake(main)) {
      announce([document.title, ...newsIn(document.body)].join(". "));
    }
    return;
  }
  const news = newsIn(target);
  if (before && document.activeElement === document.body) {
    const outcome = target.querySelector("[data-outcome]");
    const successor = findMistake(target) || outcome || document.getElementById(before.id);
    (successor || document.querySelector("#main"))?.focus({ preventScroll: !successor });
    if (successor && successor === outcome) {
      return; // it is read out because it has the focus
    }
  }
  if (news.length) {
    announce(news.join(". "));
  }
});
// Where nothing took the place of what had it, that can be focused again by now.
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (document.activeElement === document.body) {
    focusedAtStart.get(detail.xhr)?.focus();
  }
});

// What is written in [data-announce] is read out when it is not what it was before. A part of the
// page that asks again every two seconds would not be heard, or be heard every two seconds.
const told = new Map();

function newsIn(place) {
  return [...place.querySelectorAll("[data-announce]")]
    .map((element) => [element.dataset.announce, element.innerText.replace(/\s+/g, " ").trim()])
    .filter(([name, text]) => {
      const isNew = text && told.get(name) !== text;
      told.set(name, text);
      return isNew;
    })
    .map(([, text]) => text);
}

// The place is new, as all of the page is; only what changes in it afterwards is read out.
function announce(text) {
  setTimeout(() => {
    const place = document.getElementById("announcement");
    if (place) {
      place.textContent = text;
    }
  }, 150);
}
