// The info page's editor and its preview. Both are frames: their document may show the styles and
// pictures that this page's policy forbids (loyaltyadmin/info_page/views.py, read_canvas). Without
// this script the text areas are there.
let linked = null; // the frame whose text gets the link that the dialog asks for

const panelOf = (element) => element.closest("[data-editor]");
const frameOf = (element) => panelOf(element).querySelector("iframe");

function startEditing(frame) {
  const editor = frame.contentWindow?.textEditor;
  const panel = panelOf(frame);
  if (!editor || panel.dataset.editor) {
    return;
  }
  panel.dataset.editor = "started";
  const text = panel.querySelector("textarea");
  const tools = panel.querySelector("[role=toolbar]");
  editor.start({
    label: frame.title,
    tellText(html) {
      text.value = html;
      text.dispatchEvent(new Event("input", { bubbles: true }));
    },
    tellFormats(names) {
      for (const button of tools.querySelectorAll("[aria-pressed]")) {
        button.setAttribute("aria-pressed", names.includes(button.dataset.format));
      }
    },
    tellFocus: (has) => frame.parentElement.classList.toggle("zid-editor--focused", has),
    save: () => document.getElementById("save")?.click(),
  });
  editor.open(frame.dataset.html);
  text.hidden = true;
  frame.hidden = false;
  tools.hidden = false;
}

function showPreviews() {
  for (const { dataset } of document.querySelectorAll("[data-preview-of]")) {
    const frame = document.querySelector(`iframe[data-preview=${dataset.previewOf}]`);
    const page = frame?.contentDocument?.querySelector("main");
    if (page) {
      const title = page.ownerDocument.createElement("h1");
      title.textContent = dataset.title;
      page.innerHTML = dataset.html; // sanitised by the server, in a frame that runs nothing
      page.prepend(title);
    }
  }
}

function start() {
  document.querySelectorAll("[data-editor] iframe").forEach(startEditing);
  showPreviews();
}
// A frame's "load" does not bubble, and may come before or after what htmx brought has settled.
document.addEventListener("load", ({ target }) => target.matches?.("iframe") && start(), true);
document.addEventListener("htmx:afterSettle", start);
start();

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-format]");
  if (!button) {
    return;
  }
  const frame = frameOf(button);
  if (button.dataset.format === "link") {
    linked = frame;
    document.getElementById("link-address").value = frame.contentWindow.textEditor.address();
  } else {
    frame.contentWindow.textEditor.format(button.dataset.format);
  }
});

document.addEventListener(
  "close",
  ({ target }) => {
    if (target.id === "link" && linked && target.returnValue) {
      const address = target.returnValue === "apply" ? document.getElementById("link-address").value : "";
      linked.contentWindow.textEditor.link(address.trim());
      target.returnValue = "";
    }
  },
  true,
);

// The form's own fields are put back by the browser, after this event; the frames are not its own.
document.addEventListener("reset", ({ target }) => {
  for (const frame of target.querySelectorAll("[data-editor] iframe")) {
    frame.contentWindow?.textEditor?.open(frame.dataset.html);
  }
});
