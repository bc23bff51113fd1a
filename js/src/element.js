// Small words for building DOM. Strings become text nodes, never markup.

const SVG = "http://www.w3.org/2000/svg";

/** Outlines on a 16 x 16 grid, drawn with the colour of the text around them. */
const ICONS = {
  pending: "M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11zM8 5v3.2l2 1.3",
  running: "M8 2.5a5.5 5.5 0 1 1-5.5 5.5",
  ok: "M3 8.6l3.3 3.4L13 4.8",
  failed: "M4 4l8 8M12 4l-8 8",
  denied: "M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11zM4.2 4.2l7.6 7.6",
  cancelled: "M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11zM5.5 8h5",
  chevron: "M6 3.5L10.5 8L6 12.5",
  shield: "M8 1.8l5 1.8v3.9c0 3.2-2.1 5.5-5 6.7c-2.9-1.2-5-3.5-5-6.7V3.6zM8 5v3.4M8 10.7v.1",
  question: "M8 2.2a5.8 5.8 0 1 0 0 11.6a5.8 5.8 0 1 0 0-11.6zM6.2 6.4c0-1 .8-1.7 1.8-1.7s1.8.7 1.8 1.6c0 1.3-1.8 1.4-1.8 2.7M8 11.2v.1",
  warning: "M8 2.2l6.2 11.3H1.8zM8 6.3v3.4M8 11.7v.1",
  info: "M8 2.2a5.8 5.8 0 1 0 0 11.6a5.8 5.8 0 1 0 0-11.6zM8 7.3v3.6M8 5v.1",
  thought: "M8 2v3M8 11v3M2 8h3M11 8h3M3.8 3.8l2 2M10.2 10.2l2 2M12.2 3.8l-2 2M5.8 10.2l-2 2",
  place: "M1.8 4.2c0-.6.4-1 1-1h3.4l1.4 1.6h5.6c.6 0 1 .4 1 1v6c0 .6-.4 1-1 1H2.8c-.6 0-1-.4-1-1z",
  stop: "M4.2 4.2h7.6v7.6H4.2z",
};

/**
 * @param {string} tag
 * @param {string} [className]
 * @param {...(Node | string | null | undefined)} children  null and undefined are left out
 * @returns {HTMLElement}
 */
export function element(tag, className = "", ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children.filter((child) => child != null));
  return node;
}

/**
 * A picture that only repeats what words beside it say, hence hidden from screen readers.
 * @param {keyof typeof ICONS} name
 */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  for (const [key, value] of [["viewBox", "0 0 16 16"], ["aria-hidden", "true"], ["focusable", "false"]]) {
    svg.setAttribute(key, value);
  }
  svg.setAttribute("class", `copilot-icon copilot-icon-${name}`);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name] ?? ICONS.info);
  svg.append(path);
  return svg;
}

/**
 * @param {string} className
 * @param {string} label
 * @param {(event: MouseEvent) => void} onClick
 * @param {AbortSignal} [signal]
 * @returns {HTMLButtonElement}
 */
export function button(className, label, onClick, signal) {
  const node = /** @type {HTMLButtonElement} */ (element("button", className, label));
  node.type = "button";
  node.addEventListener("click", onClick, { signal });
  return node;
}

/** The key of a shortcut; its meaning for screen readers is said by `aria-keyshortcuts`. */
export function keyCap(key) {
  const node = element("kbd", "copilot-key", key);
  node.setAttribute("aria-hidden", "true");
  return node;
}

/** Text that only screen readers meet. */
export const hidden = (text) => element("span", "copilot-sr", text);

/** Sets the text only when it differs, so that selections and scroll positions survive. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
