// The session's second carrier lives in body's hx-headers (loyaltyadmin/web/session_token.py): never
// in storage, never in an address.
const HEADER = "X-Session-Token";

// Every entry of the history is marked with its store. Coming back to one from elsewhere in the
// dashboard loads it with the cookie alone, and by now that may be another tab's, of another store.
const { store, openUrl } = document.body.dataset;
if (store) {
  if ((history.state?.store ?? store) !== store) {
    location.replace(openUrl);
  }
  for (const name of ["pushState", "replaceState"]) {
    const plain = history[name].bind(history);
    history[name] = (state, ...rest) => plain({ ...state, store }, ...rest);
  }
  history.replaceState(history.state, "");
}

function sessionHeaders() {
  return JSON.parse(document.body.getAttribute("hx-headers") || "{}");
}

function renew(token) {
  const headers = sessionHeaders();
  if (token && headers[HEADER]) {
    document.body.setAttribute("hx-headers", JSON.stringify({ ...headers, [HEADER]: token }));
  }
}

document.addEventListener("htmx:beforeSwap", (event) => renew(event.detail.xhr.getResponseHeader(HEADER)));
document.addEventListener("htmx:afterRequest", (event) => renew(event.detail.xhr.getResponseHeader(HEADER)));

// Following a link gives up on the one before, as in a browser by itself: else a page that comes
// late would take the place of the one that was asked for last.
let visit = null;
document.addEventListener("htmx:beforeSend", ({ detail }) => {
  if (detail.boosted) {
    visit?.abort();
    visit = detail.xhr;
  }
});

// Coming to the page one is on already (a form that leads back to its own page, another language)
// adds nothing to the history, as in a browser by itself: else "back" seems to do nothing.
document.addEventListener("htmx:beforeHistoryUpdate", (event) => {
  if (event.detail.history.path === location.pathname + location.search) {
    event.detail.history.type = "replace";
  }
});

// Going back asks the server again; htmx sends that request without body's headers.
document.addEventListener("htmx:historyCacheMiss", (event) => {
  for (const [name, value] of Object.entries(sessionHeaders())) {
    event.detail.xhr.setRequestHeader(name, value);
  }
});
document.addEventListener("htmx:historyCacheMissLoad", (event) => {
  renew(event.detail.xhr.getResponseHeader(HEADER));
  followLanguage(event.detail.response);
});
document.addEventListener("htmx:historyCacheMissLoadError", (event) => {
  document.body.innerHTML = new DOMParser().parseFromString(event.detail.xhr.response, "text/html").body.innerHTML;
});

// A swap of body's content leaves <html> as it was: take over language and direction.
function followLanguage(text) {
  const page = /<html[^>]* lang="(\w+)"[^>]* dir="(\w+)"/.exec(text || "");
  if (page) {
    [, document.documentElement.lang, document.documentElement.dir] = page;
  }
}
document.addEventListener("htmx:beforeSwap", (event) => followLanguage(event.detail.serverResponse));

// A plain download sends no header, so it is fetched with them and handed to the browser.
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-download]");
  if (!link || !sessionHeaders()[HEADER]) {
    return;
  }
  event.preventDefault();
  const response = await fetch(link.href, { headers: sessionHeaders() });
  renew(response.headers.get(HEADER));
  if (!response.ok) {
    document.querySelector("#page-alert").textContent = link.dataset.failed;
    return;
  }
  const address = URL.createObjectURL(await response.blob());
  const named = /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition") || "");
  const save = Object.assign(document.createElement("a"), { href: address, download: named?.[1] || "download.csv" });
  save.click();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
});
