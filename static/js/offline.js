// A request that never reached the app is told, or a click would seem to do nothing.
document.addEventListener("htmx:sendError", ({ detail }) => {
  const place = document.getElementById("page-alert");
  const words = document.getElementById("offline");
  if (!place || !words) {
    return;
  }
  place.replaceChildren(words.content.cloneNode(true));
  if (detail.requestConfig.triggeringEvent) {
    place.scrollIntoView({ block: "nearest" }); // somebody waits for it, and may be far below
  }
});

// The next answer says that the connection is back.
document.addEventListener("htmx:beforeSwap", () => {
  document.querySelector("#page-alert [data-offline]")?.remove();
});
