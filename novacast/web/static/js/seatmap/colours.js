// Colours of the page, for a canvas: light-dark() is resolved by elements that wear them, which follow the theme.

/** `root` has elements with data-colour: ink, paper, ground, edge, soft, taken, stage, on-stage, focus, on-hue, and hue-0 to hue-7. */
export function coloursOf(root) {
  const of = (name) => getComputedStyle(root.querySelector(`[data-colour="${name}"]`)).color;
  const [ink, paper, ground, edge, soft, taken, stage, onStage, focus, onHue] =
    ["ink", "paper", "ground", "edge", "soft", "taken", "stage", "on-stage", "focus", "on-hue"].map(of);
  const hues = Array.from({ length: 8 }, (_, hue) => of(`hue-${hue}`));
  return { ink, paper, ground, edge, soft, taken, stage, onStage, focus, onHue, hues, font: getComputedStyle(root).fontFamily };
}

/** Call `act` whenever the page's colours become others. */
export function onColours(act, signal) {
  for (const query of ["(prefers-color-scheme: dark)", "(prefers-contrast: more)", "(forced-colors: active)"])
    matchMedia(query).addEventListener("change", act, { signal });
  const watching = new MutationObserver(act);
  watching.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  signal.addEventListener("abort", () => watching.disconnect());
}
