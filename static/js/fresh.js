// A page that was painted from what was known asks for its fresh copy by itself: [data-stale]. What
// is changed on it meanwhile comes first: a copy asked for before that may hold the old state, or take
// the place of a switch that is on its way. So it is given up, and asked for again afterwards.
const stale = () => document.querySelector("[data-stale]");
const isChange = ({ requestConfig, elt }) => requestConfig?.verb !== "get" && Boolean(elt);
let underWay = 0;

document.addEventListener("htmx:beforeSend", ({ detail }) => {
  if (isChange(detail) && stale()) {
    underWay += 1;
    window.htmx.trigger(stale(), "htmx:abort");
  }
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (isChange(detail) && underWay) {
    underWay -= 1;
    // While Zid is down the next failure would take the place of what is said about the change.
    const isDown = !detail.xhr.status || detail.xhr.status >= 500;
    if (!underWay && !isDown && stale()) {
      window.htmx.trigger(stale(), "refresh");
    }
  }
});
