// Long text behind one quiet word.
import { element, icon, region } from "../element.js";
import { plain } from "../terminal.js";

/** @returns {HTMLElement} */
export function foldedText(text, label = "Details") {
  const pre = region(element("pre", "copilot-pre", plain(text)), label);
  return element("details", "copilot-fold", element("summary", "copilot-muted", label, icon("chevron")), pre);
}
