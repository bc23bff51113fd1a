// A link that leaves the notebook, drawn as a button.
import { element, leadOut } from "../element.js";

/**
 * @param {URL | null} address  only http(s) leads anywhere
 * @param {string} label
 * @param {(event: MouseEvent) => void} [onClick]
 * @returns {HTMLElement}
 */
export function outward(address, label, onClick) {
  if (!address) return element("span", "copilot-muted", "This address cannot be opened from here.");
  const node = leadOut(element("a", "copilot-button copilot-primary", label), address.href);
  if (onClick) node.addEventListener("click", onClick);
  return node;
}
