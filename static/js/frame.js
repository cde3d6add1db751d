// Tells the dashboard how high the page is, so that its frame need not scroll. Zid documents no such
// message; the form is that of other embedded apps, and harmless where nobody listens. Only to a
// dashboard that may frame us, and only if it does: a message to another origin is an error.
const dashboards = (document.body.dataset.parents || "").split(" ");

function parentOrigin() {
  if (window.parent === window) {
    return "";
  }
  const [nearest] = window.location.ancestorOrigins || [];
  try {
    const origin = nearest || new URL(document.referrer).origin;
    return dashboards.includes(origin) ? origin : "";
  } catch {
    return ""; // a dashboard that does not say where a request came from
  }
}

const origin = parentOrigin();
if (origin) {
  let told = 0;
  new ResizeObserver(() => {
    const height = Math.ceil(document.body.getBoundingClientRect().height);
    if (height !== told) {
      told = height;
      window.parent.postMessage({ type: "resize", height }, origin);
    }
  }).observe(document.body);
}
