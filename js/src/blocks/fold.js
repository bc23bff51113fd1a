// Long text behind one quiet word.
import { element, icon } from "../element.js";
import { plain } from "../terminal.js";

/** @returns {HTMLElement} */
export function foldedText(text, label = "Details") {
  const pre = element("pre", "copilot-pre", plain(text));
  pre.tabIndex = 0;
  pre.setAttribute("role", "region");
  pre.setAttribute("aria-label", label);
  return element("details", "copilot-fold", element("summary", "copilot-muted", label, icon("chevron")), pre);
}
