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
  plus: "M8 3.5v9M3.5 8h9",
  edit: "M10.8 2.8l2.4 2.4L5.6 12.8l-3 .6l.6-3z",
  globe: "M8 2.2a5.8 5.8 0 1 0 0 11.6a5.8 5.8 0 1 0 0-11.6zM2.4 8h11.2M8 2.2c3.4 3.6 3.4 8 0 11.6c-3.4-3.6-3.4-8 0-11.6z",
  key: "M9.6 6.4a3.2 3.2 0 1 1 .1-.1M7.3 8.6L2.8 13.2M4.6 11.4l1.6 1.6",
  list: "M6.2 4h7M6.2 8h7M6.2 12h7M2.8 4h.1M2.8 8h.1M2.8 12h.1",
  eye: "M1.6 8C4.6 3.4 11.4 3.4 14.4 8C11.4 12.6 4.6 12.6 1.6 8zM8 6.4a1.6 1.6 0 1 0 0 3.2a1.6 1.6 0 1 0 0-3.2z",
  terminal: "M2.5 4l4 4l-4 4M8 12.2h5.5",
  undo: "M5.6 3.2L2.8 6l2.8 2.8M3 6h6.2a3.6 3.6 0 0 1 0 7.2H6.6",
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

const ALT = /mac|iphone|ipad/i.test(globalThis.navigator?.platform ?? "") ? "⌥" : "Alt+";

/** The keys of a shortcut; their meaning for screen readers is said by `aria-keyshortcuts`. */
export function keyCap(key) {
  const node = element("kbd", "copilot-key", `${ALT}${key}`);
  node.setAttribute("aria-hidden", "true");
  return node;
}

const HIDING =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff0-\ufffb\u{e0000}-\u{e0fff}]/gu;

/** Characters that hide, reorder or imitate, as what they are: ⟨U+202E⟩. */
export const visible = (text) =>
  String(text ?? "").replace(HIDING, (one) => `⟨U+${one.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`);

/** Markdown as the words of one line: without its marks. */
export const bare = (text) => visible(text).replace(/\*\*|__|`/g, "").replace(/^\s*#+\s*/, "").trim();

/** One line of words in which `names` stand as code. */
export function ticked(className, text) {
  const pieces = visible(text).split(/`([^`]+)`/);
  return element("span", className, ...pieces.map((piece, at) => (at % 2 ? element("code", "", piece) : piece)));
}

/** Text that only screen readers meet. */
export const hidden = (text) => element("span", "copilot-sr", text);

/** A box that scrolls: reached by keyboard, and named. */
export function region(node, label) {
  node.tabIndex = 0;
  node.setAttribute("role", "region");
  node.setAttribute("aria-label", label);
  return node;
}

/** A link that leaves the notebook: the page that opens learns nothing of this one. */
export function leadOut(node, address) {
  node.href = address;
  node.target = "_blank";
  node.rel = "noopener noreferrer nofollow";
  node.referrerPolicy = "no-referrer";
  return node;
}

/** Sets the text only when it differs, so that selections and scroll positions survive. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
