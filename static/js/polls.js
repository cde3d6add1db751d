// What asks again by itself ([data-while-seen]) waits while nobody looks: in a tab behind another one
// nothing is asked for. It goes on by itself, with the next of its seconds, once the tab is seen.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden && event.detail.elt.matches("[data-while-seen]")) {
    event.preventDefault();
  }
});
