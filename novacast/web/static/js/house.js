// On every page. Everything here is an improvement on a page that works without it.
import "./theme.js";
import "./confirm.js";

const closeMenus = (except) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (menu !== except) menu.open = false;
};
document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
document.addEventListener("focusin", (event) => closeMenus(event.target.closest("details.menu")));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = event.target.closest?.("details.menu[open]");
  closeMenus();
  menu?.querySelector("summary").focus();
});

// On a phone the navigation may be wider than the screen: where one is stays in sight.
const here = document.querySelector(".house__nav [aria-current]");
if (here) here.closest("nav").scrollLeft = here.offsetLeft + here.offsetWidth / 2 - here.closest("nav").clientWidth / 2;

// A table is a stop of the Tab key only while it scrolls sideways.
const scrolls = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const table = target.closest(".table");
    if (table.scrollWidth > table.clientWidth) table.tabIndex = 0;
    else table.removeAttribute("tabindex");
  }
});
for (const part of document.querySelectorAll(".table, .table > table")) scrolls.observe(part);

// Copy buttons. Without a secure context there is no clipboard API: then the value is selected for the person's own copy.
for (const button of document.querySelectorAll("[data-copies]")) {
  button.hidden = false;
  const words = button.querySelector("span");
  const before = words.textContent;
  words.setAttribute("role", "status");
  button.addEventListener("click", async () => {
    const input = document.getElementById(button.dataset.copies);
    input.select();
    try {
      await navigator.clipboard.writeText(input.value);
    } catch {
      return;
    }
    words.textContent = button.dataset.done;
    setTimeout(() => { words.textContent = before; }, 2500);
  });
}

// A form is sent once, however often its button is pressed; coming back by the browser's history wakes it again.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "dialog" || form.method === "get") return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});
