// A unified diff as lines that are told apart by sign, colour and hidden words.
import { element, hidden } from "./element.js";

const LONGEST = 3000;
const KINDS = [
  ["file", /^(?:diff |index |--- |\+\+\+ |new file|deleted file|rename |similarity )/],
  ["hunk", /^@@/],
  ["added", /^\+/],
  ["removed", /^-/],
];

/**
 * @param {string} text
 * @param {string} label
 * @returns {HTMLElement}
 */
export function diffView(text, label = "Proposed change") {
  const lines = text.replace(/\n$/, "").split("\n");
  const node = element("div", "copilot-diff", ...lines.slice(0, LONGEST).map(diffLine));
  if (lines.length > LONGEST) node.append(element("div", "copilot-diff-line", `… ${lines.length - LONGEST} more lines`));
  node.tabIndex = 0;
  node.setAttribute("role", "region");
  node.setAttribute("aria-label", label);
  return node;
}

function diffLine(line) {
  const kind = KINDS.find(([, pattern]) => pattern.test(line))?.[0] ?? "same";
  const node = element("div", "copilot-diff-line", line || " ");
  node.dataset.kind = kind;
  if (kind === "added" || kind === "removed") node.prepend(hidden(`${kind}: `));
  return node;
}

/** "+3 −1", or null without a diff. */
export function counts(text) {
  if (!text) return null;
  const lines = text.split("\n").filter((line) => !KINDS[0][1].test(line));
  const added = lines.filter((line) => line.startsWith("+")).length;
  const removed = lines.filter((line) => line.startsWith("-")).length;
  return element(
    "span",
    "copilot-counts",
    element("span", "copilot-added", `+${added}`),
    element("span", "copilot-removed", `−${removed}`),
  );
}
