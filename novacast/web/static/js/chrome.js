// media-chrome under a policy without 'unsafe-inline' styles.
//
// Its elements write <style> into their shadow roots, which such a policy refuses. Here their texts become adopted style
// sheets (one per text, shared by all elements), which the policy does not concern. The emptied <style> stays, because
// media-chrome puts rules of its own into it by script; style-src needs the hash of the empty text for that:
//     'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='
// The adopted text is a cascade layer, so that those rules win over it as they would have in place.
// Must run before any such element is in the document.

const sheets = new Map();

function sheetOf(text, media) {
  const key = `${media} ${text}`;
  if (!sheets.has(key)) {
    const sheet = new CSSStyleSheet({ media });
    sheet.replaceSync(`@layer chrome { ${text} }`);
    sheets.set(key, sheet);
  }
  return sheets.get(key);
}

function write(root, html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  for (const style of template.content.querySelectorAll("style")) {
    // Variants behind media="width:0" are for layouts that are not used here.
    if (!style.media) root.adoptedStyleSheets.push(sheetOf(style.textContent, ""));
    style.textContent = "";
  }
  root.replaceChildren(template.content);
}

function attachShadow(init) {
  const root = HTMLElement.prototype.attachShadow.call(this, init);
  root.setHTMLUnsafe = (html) => write(root, html);
  Object.defineProperty(root, "innerHTML", { set: (html) => write(root, html) });
  return root;
}

/** Prepare the named elements, which must be defined and not yet in use. */
export function prepare(names) {
  for (const name of names) customElements.get(name).prototype.attachShadow = attachShadow;
}
