// The player's controls: media-chrome's elements, ready to be used under the pages' policy. Loaded by player.js.
import "./elements.js";
import { addTranslation } from "../vendor/media-chrome/utils/i18n.js";
import { prepare } from "./chrome.js";

prepare([...new Set(
  [...document.querySelectorAll("template[data-part=controls]")].flatMap((template) =>
    [...template.content.querySelectorAll("*")].map((element) => element.localName)),
)].filter((name) => customElements.get(name)));
prepare([
  "media-tooltip", "media-gesture-receiver", "media-preview-thumbnail", "media-preview-time-display",
  "media-preview-chapter-display", "media-chrome-menu", "media-chrome-menu-item", "media-keyboard-shortcuts-dialog",
]);

export { addTranslation as translate };
