// Dark or light by choice. The server reads the cookie and writes data-theme into the page, so nothing flashes.
const root = document.documentElement;
const wish = matchMedia("(prefers-color-scheme: dark)");
const button = document.querySelector("[data-theme-toggle]");

const now = () => root.dataset.theme || (wish.matches ? "dark" : "light");

function show() {
  const other = now() === "dark" ? "light" : "dark";
  button.setAttribute("aria-label", button.dataset[other]);
  button.title = button.dataset[other];
  const use = button.querySelector("use");
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, other === "dark" ? "#moon" : "#sun"));
}

if (button) {
  button.hidden = false;
  show();
  wish.addEventListener("change", show);
  button.addEventListener("click", () => {
    const chosen = now() === "dark" ? "light" : "dark";
    const same = (chosen === "dark") === wish.matches;
    // Choosing what the system wants anyway is no choice: follow it again, also when it changes in the evening.
    if (same) delete root.dataset.theme;
    else root.dataset.theme = chosen;
    document.cookie = `novacast_theme=${same ? "" : chosen}; path=/; max-age=${same ? 0 : 31536000}; samesite=lax`;
    show();
  });
}
