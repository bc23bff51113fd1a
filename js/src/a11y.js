// Keyboard and screen readers: what is spoken, where focus goes, which keys stay in here.
import { element } from "./element.js";

const KEPT = 8;
const LONGEST = 600;
/** A panel that has just appeared may be under a pointer or a finger already on its way. */
const SETTLE_MS = 300;

/**
 * Two invisible live regions. Streaming text is not live, it would be read again at every step:
 * each block is said once, when it is final.
 */
export function announcer() {
  const log = region("log", "polite");
  const alert = region("alert", "assertive");
  return {
    nodes: [log, alert],
    say: (text) => speak(log, text),
    alert: (text) => speak(alert, text),
  };
}

function region(role, politeness) {
  const node = element("div", "copilot-sr");
  node.setAttribute("role", role);
  node.setAttribute("aria-live", politeness);
  node.setAttribute("aria-relevant", "additions");
  return node;
}

function speak(node, text) {
  const words = text.trim();
  if (!words) return;
  node.append(element("p", "", words.slice(0, LONGEST)));
  while (node.childNodes.length > KEPT) node.firstChild.remove();
}

/**
 * JupyterLab runs plain keys as commands (`b` makes a cell, `d d` deletes one), also while a button
 * in an output has the focus. Keys without Ctrl or Cmd stay in here, and Enter with them, which would
 * run the cell; Escape gives the focus back.
 */
export function isolateKeys(root, signal) {
  root.dataset.lmSuppressShortcuts = "true";
  const keydown = (event) => {
    if (event.key === "Escape") returnFocus(root);
    if (/^(?:Escape|Enter)$/.test(event.key) || !(event.ctrlKey || event.metaKey)) event.stopPropagation();
  };
  root.addEventListener("keydown", keydown, { signal });
}

/** To the notebook's cell where there is one, so that its own keys work at once. */
function returnFocus(root) {
  root.ownerDocument.activeElement?.blur();
  const cell = root.closest(".jp-Cell");
  const notebook = root.closest(".jp-Notebook, .jp-WindowedPanel-outer");
  for (const place of [cell, notebook]) {
    if (place?.hasAttribute("tabindex")) return place.focus({ preventScroll: true });
  }
}

/** Whether keys pressed there are somebody's writing. */
export const isField = (node) =>
  Boolean(node && (node.isContentEditable || /^(?:input|textarea|select)$/i.test(node.localName)));

/** Moves the focus to a heading or a field, unless somebody is typing elsewhere. */
export function focusGently(node, panel, root) {
  if (isField(root.ownerDocument.activeElement)) return;
  node.focus();
  panel.scrollIntoView?.({ block: "nearest" });
}

/**
 * @returns {(event: Event) => boolean} whether a click or key is a person's, made after seeing this
 */
export function deliberate(now = () => performance.now()) {
  const shown = now();
  return (event) => event.isTrusted && now() - shown >= SETTLE_MS;
}

/**
 * Alt + letter inside of a panel. `event.code` names the key, so that layouts where Alt makes
 * another character work too.
 */
export function shortcut(event) {
  if (!event.altKey || event.ctrlKey || event.metaKey) return "";
  return /^(?:Key|Digit)(.)$/.exec(event.code)?.[1].toUpperCase() ?? "";
}
