// The page as it is now, for good: nothing moves, nothing is asked for again, and what is by chance
// (references, tokens) is the same each time. Evaluated in the frame; no policy holds that up.
async () => {
  const still = new CSSStyleSheet();
  still.replaceSync("*, ::before, ::after { transition: none !important; animation: none !important; caret-color: transparent !important; }");
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, still];
  document.addEventListener("htmx:beforeRequest", (event) => event.preventDefault());
  // What was told and goes away by itself: there or not, as it happens.
  document.querySelector("#toasts")?.replaceChildren();
  // When Zid was asked: today.
  document.querySelectorAll("[data-moment]").forEach((moment) => (moment.textContent = "2026-03-15 12:30"));
  // A balance is drawn up to today, whichever day that is.
  const today = new Date().toLocaleDateString("en-CA", { timeZone: "Asia/Riyadh" });
  document.querySelectorAll(".zid-plot").forEach((plot) => {
    const last = plot.querySelector(".zid-plot__ends bdi:last-child");
    if (last?.textContent === today) {
      last.textContent = "2026-03-15";
      plot.querySelector(".zid-plot__path").setAttribute("d", "M0 60H700V20H1000");
      plot.querySelector(".zid-plot__area").setAttribute("d", "M0 60H700V20H1000V100H0Z");
    }
  });
  // How long ago the stage was set depends on how long the drawing takes.
  const since = document.documentElement.lang === "ar" ? "بيانات منذ 3 دقائق" : "As of 3 minutes ago";
  document.querySelector(".zid-age__since")?.replaceChildren(since);
  await Promise.all([...document.fonts].map((font) => font.load().catch(() => {})));
  await document.fonts.ready;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    walker.currentNode.data = walker.currentNode.data.replace(/\bref-[2-9a-z]{12}\b/g, "ref-22222222bbbb");
  }
}
