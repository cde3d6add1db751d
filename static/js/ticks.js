// Boxes to tick in a list: how many are, what can be done with them, and all of the page at once.
// Without this script the bar with the button is always in sight, and each box is ticked by itself.
function count(form) {
  const boxes = [...form.querySelectorAll("input[type=checkbox][name]")];
  const ticked = boxes.filter((box) => box.checked).length;
  const [bar, all] = [form.querySelector("[data-ticked]"), form.querySelector("[data-tick-all]")];
  if (!bar || !all) {
    return;
  }
  all.hidden = false;
  all.control.checked = ticked === boxes.length;
  all.control.indeterminate = ticked > 0 && ticked < boxes.length;
  bar.hidden = !ticked;
  if (ticked) {
    bar.querySelector("[role=status] span").textContent = `${bar.dataset.ticked} ${ticked}`;
  }
}

const countAll = () => document.querySelectorAll("form[data-ticks]").forEach(count);
countAll();
document.addEventListener("htmx:afterSettle", countAll);

document.addEventListener("input", ({ target }) => {
  const form = target.form;
  if (!form?.matches("[data-ticks]")) {
    return;
  }
  if (target.closest("[data-tick-all]")) {
    for (const box of form.querySelectorAll("input[type=checkbox][name]")) {
      box.checked = target.checked;
    }
  }
  count(form);
});

// A list that comes by itself takes no ticks away.
document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt, target } = event.detail;
  if (elt.matches("[data-unless-ticked]") && target.querySelector("[data-ticks] input:checked")) {
    event.preventDefault();
  }
});
