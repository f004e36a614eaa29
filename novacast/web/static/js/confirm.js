// Dialogs open as popovers without scripts; with them they are modal: the rest of the page is inert and focus returns.
document.addEventListener("click", (event) => {
  const opener = event.target.closest?.("[data-opens]");
  if (opener) {
    event.preventDefault();
    const dialog = document.getElementById(opener.dataset.opens);
    if (dialog.matches(":popover-open")) dialog.hidePopover();
    if (!dialog.open) dialog.showModal();
    return;
  }
  const closer = event.target.closest?.("[data-closes]");
  const open = closer?.closest("dialog[open]");
  if (open) {
    event.preventDefault();
    open.close();
  } else if (event.target.matches?.("dialog.dialog[open]") && outside(event)) {
    event.target.close();
  }
});

function outside({ target, clientX, clientY }) {
  const box = target.getBoundingClientRect();
  return clientX < box.left || clientX > box.right || clientY < box.top || clientY > box.bottom;
}
