// Runs in the frame in which a text is edited, and is driven from outside (editor.js). Squire edits
// the text as it stands: what it does not know stays, and so do the bytes of what is not touched.
(() => {
  const root = document.querySelector("main");
  const LITTER = "script, style, link, meta, base, title, object, embed, iframe, form, input, button, select, textarea";
  const PAIRS = { bold: ["B", "STRONG"], italic: ["I", "EM"], underline: ["U"] };
  const LISTS = { bullets: "UL", numbers: "OL" };

  // What is pasted. Nothing of it could run in this frame, and the server sanitises what is saved;
  // this leaves out what would be in the way until then.
  function fragmentOf(html) {
    const { body } = new DOMParser().parseFromString(html, "text/html");
    body.querySelectorAll(LITTER).forEach((element) => element.remove());
    for (const element of body.querySelectorAll("*")) {
      for (const { name } of [...element.attributes]) {
        if (name.startsWith("on")) {
          element.removeAttribute(name);
        }
      }
    }
    const fragment = document.createDocumentFragment();
    fragment.append(...body.childNodes);
    return fragment;
  }

  const editor = new window.Squire(root, { blockTag: "P", sanitizeToDOMFragment: fragmentOf });
  let told = editor.getHTML(); // what the page around knows of the text
  const isIn = (tag) => new RegExp(`(^|>)${tag}(?![A-Z0-9])`).test(editor.getPath());

  function toggle([tag, ...others]) {
    const all = [tag, ...others].filter((name) => editor.hasFormat(name));
    if (!all.length) {
      editor.changeFormat({ tag });
    }
    all.forEach((name) => editor.changeFormat(null, { tag: name }));
  }

  function toggleHeading() {
    const tag = isIn("H[1-6]") ? "p" : "h2";
    const { startContainer, startOffset, endContainer, endOffset } = editor.getSelection();
    const blocks = [];
    editor.forEachBlock((block) => void blocks.push(block));
    const made = new Map();
    editor.saveUndoState();
    for (const block of blocks.filter(({ nodeName }) => /^(P|DIV|H[1-6])$/.test(nodeName))) {
      const other = document.createElement(tag);
      [...block.attributes].forEach(({ name, value }) => other.setAttribute(name, value));
      other.append(...block.childNodes);
      block.replaceWith(other);
      made.set(block, other);
    }
    const range = document.createRange();
    range.setStart(made.get(startContainer) ?? startContainer, startOffset);
    range.setEnd(made.get(endContainer) ?? endContainer, endOffset);
    editor.setSelection(range);
  }

  const FORMATS = {
    bold: () => toggle(PAIRS.bold),
    italic: () => toggle(PAIRS.italic),
    underline: () => toggle(PAIRS.underline),
    heading: toggleHeading,
    bullets: () => (isIn("UL") ? editor.removeList() : editor.makeUnorderedList()),
    numbers: () => (isIn("OL") ? editor.removeList() : editor.makeOrderedList()),
    plain: () => editor.removeAllFormatting(),
    undo: () => editor.undo(),
    redo: () => editor.redo(),
  };

  function formatsHere() {
    const names = Object.keys(PAIRS).filter((name) => PAIRS[name].some((tag) => editor.hasFormat(tag)));
    names.push(...Object.keys(LISTS).filter((name) => isIn(LISTS[name])));
    return names.concat(isIn("H[1-6]") ? "heading" : [], isIn("A") ? "link" : []);
  }

  // Squire's handles for pictures would be part of the text while they are shown.
  root.addEventListener("click", (event) => {
    if (event.target.closest("img, a")) {
      event.preventDefault();
      event.stopPropagation();
    }
  });

  window.textEditor = {
    start({ label, tellText, tellFormats, tellFocus, save }) {
      root.setAttribute("role", "textbox");
      root.setAttribute("aria-multiline", "true");
      root.setAttribute("aria-label", label);
      editor.addEventListener("input", () => {
        const html = editor.getHTML();
        if (html !== told) {
          told = html;
          tellText(html);
        }
      });
      editor.addEventListener("pathChange", () => tellFormats(formatsHere()));
      root.addEventListener("focus", () => tellFocus(true));
      root.addEventListener("blur", () => tellFocus(false));
      document.addEventListener("keydown", (event) => {
        if ((event.ctrlKey || event.metaKey) && event.code === "KeyS") {
          event.preventDefault();
          save();
        }
      });
    },

    // Not by setHTML, which puts a text into Squire's own order: nothing may change that nobody
    // changed. Then what can be undone starts anew, as setHTML does it.
    open(html) {
      editor.modifyDocument(() => {
        root.innerHTML = html || "<p><br></p>";
        editor._undoIndex = -1;
        editor._undoStack.length = editor._undoStackLength = 0;
        editor._isInUndoState = false;
        const start = document.createRange();
        start.setStart(root.firstElementChild ?? root, 0);
        editor.saveUndoState(start);
      });
      told = editor.getHTML();
    },

    format(name) {
      editor.focus();
      FORMATS[name]();
    },

    address() {
      const { startContainer } = editor.getSelection();
      const link = (startContainer.closest ? startContainer : startContainer.parentElement).closest("a");
      return link?.getAttribute("href") ?? "";
    },

    link(address) {
      editor.focus();
      if (address) {
        editor.makeLink(/^([a-z][\w+.-]*:|\/|#)/i.test(address) ? address : `https://${address}`);
      } else {
        editor.removeLink();
      }
    },
  };
})();
