// What asks by itself ([data-while-seen]) waits while nobody sees it: in a tab behind another one, or
// under a box that is not ticked, nothing is asked for. It goes on with the next of its reasons to ask.
document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt } = event.detail;
  if (elt.matches("[data-while-seen]") && (document.hidden || !elt.getClientRects().length)) {
    event.preventDefault();
  }
});
