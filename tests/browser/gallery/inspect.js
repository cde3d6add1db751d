// What a person would complain of, beside what axe finds. Evaluated in the frame.
({ language, words, isTranslated, isPhone }) => {
  const found = [];
  const say = (element, text) => {
    const own = element.cloneNode(false).outerHTML.slice(0, 120);
    found.push(`${text}: ${own} ${element.innerText?.trim().slice(0, 40) ?? ""}`.trim());
  };
  const page = document.documentElement;

  // Language and direction, and one heading.
  const direction = language === "ar" ? "rtl" : "ltr";
  if (page.lang !== language) found.push(`html[lang] is “${page.lang}”`);
  if (page.dir !== direction) found.push(`html[dir] is “${page.dir}”`);
  const headings = document.querySelectorAll("h1").length;
  if (headings !== 1) found.push(`${headings} h1 in place of one`);
  if (!document.title.trim()) found.push("no title");

  // English in Arabic: not what is quoted from data (bdi), code, or marked as English.
  const quoted = "bdi, code, pre, kbd, script, style, noscript, template, [lang=en], [translate=no]";
  const english = (text) =>
    (text.replace(/\S+@\S+|https?:\S+/g, "").match(/[A-Za-z][A-Za-z']+/g) ?? []).filter((word) => !words.includes(word));
  if (language === "ar" && isTranslated) {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const { parentElement: parent, data } = walker.currentNode;
      if (!parent.closest(quoted) && english(data).length) say(parent, `English: “${data.trim().slice(0, 60)}”`);
    }
    for (const name of ["aria-label", "title", "placeholder", "alt", "data-name", "aria-description"]) {
      for (const element of document.querySelectorAll(`body [${name}]:not([lang=en])`)) {
        if (english(element.getAttribute(name)).length) say(element, `English in ${name}`);
      }
    }
    if (english(document.title).length) found.push(`English in the title: “${document.title}”`);
  }

  // Nothing to scroll sideways to.
  const { scrollWidth } = document.scrollingElement;
  if (scrollWidth > innerWidth) {
    found.push(`${scrollWidth} px wide in ${innerWidth}`);
    for (const element of document.body.querySelectorAll("*")) {
      const box = element.getBoundingClientRect();
      const inside = !element.parentElement.closest(".table-frame, [data-scrolls]");
      if (inside && box.width && (box.right > innerWidth + 0.5 || box.left < -0.5)) say(element, "sticks out");
    }
  }

  // Targets for a finger.
  if (isPhone) {
    const least = 44;
    const controls = "a[href], button, select, textarea, summary, input:not([type=hidden]), [role=button], [role=switch]";
    const inText = (element) =>
      getComputedStyle(element).display === "inline" &&
      [...element.parentElement.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    // As far as a finger still hits it, to the pixel: what a pseudo-element adds counts too.
    const reach = (hits, x, y, dx, dy) => {
      let steps = 0;
      while (steps < least && hits(document.elementFromPoint(x + dx * (steps + 1), y + dy * (steps + 1)))) steps += 1;
      return steps;
    };
    // What stands behind an open dialog cannot be touched.
    const reachable = document.querySelector("dialog:modal") ?? document;
    for (const element of reachable.querySelectorAll(controls)) {
      const parts = [element, ...(element.labels ?? [])].filter((part) => part.checkVisibility());
      const label = element.matches("[type=checkbox], [type=radio], [type=file]") ? parts : [element];
      const boxes = label.map((part) => part.getBoundingClientRect()).filter((box) => box.width > 1 && box.height > 1);
      const isHidden = !element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) || getComputedStyle(element).clipPath !== "none";
      if (!boxes.length || isHidden || inText(element)) continue;
      const large = (width, height) => width >= least - 0.5 && height >= least - 0.5;
      if (boxes.some((box) => large(box.width, box.height))) continue;
      const box = boxes[0];
      const x = (box.left + box.right) / 2;
      const y = (box.top + box.bottom) / 2;
      const hits = (hit) => hit && label.some((part) => part === hit || part.contains(hit));
      const width = reach(hits, x, y, -1, 0) + reach(hits, x, y, 1, 0) + 1;
      const height = reach(hits, x, y, 0, -1) + reach(hits, x, y, 0, 1) + 1;
      if (!large(width, height)) say(element, `a target of ${Math.round(box.width)} × ${Math.round(box.height)} px`);
    }
  }
  return found;
}
