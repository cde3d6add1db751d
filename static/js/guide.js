// The first-run guide follows what the switches on its page say, without asking the server again.
document.addEventListener("htmx:afterSettle", () => {
  for (const step of document.querySelectorAll("[data-done-when]")) {
    const isDone = Boolean(document.querySelector(step.dataset.doneWhen));
    step.classList.toggle("zid-step--done", isDone);
    step.querySelector(".zid-step__done").hidden = !isDone;
  }
});
