// The page of the console: the terminal, which another script has put there by then, has the keys from the start.

const take = () => document.querySelector(".xterm-helper-textarea")?.focus();

addEventListener("load", take);
addEventListener("focus", take);
