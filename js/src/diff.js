// A unified diff as lines that are told apart by sign, colour and hidden words.
import { element, hidden, icon, region } from "./element.js";
import { markPairs } from "./words.js";

const LONGEST = 3000;
const FILE = /^(?:diff |index |--- |\+\+\+ |new file|create file|deleted file|rename |similarity )/;
const KINDS = [
  ["hunk", /^@@/],
  ["added", /^\+/],
  ["removed", /^-/],
];

/** Longer runs of unchanged lines are folded, but for a few beside each change. */
const LONG_RUN = 12;
const BESIDE = 3;
/** How much of a change is shown where nobody decides about it. */
const FIRST = 120;

/**
 * @param {string} text
 * @param {{label?: string, whole?: boolean}} [options]  whole: somebody decides about it, so that no
 *   changed line is folded
 * @returns {HTMLElement}
 */
export function diffView(text, { label = "Proposed change", whole = false } = {}) {
  const all = withoutHeaders(kinds(text.replace(/\n$/, "")));
  const lines = all.slice(0, LONGEST);
  markPairs(lines);
  const first = whole ? lines : lines.slice(0, FIRST);
  const node = element("div", "copilot-diff", ...folded(first));
  if (first.length < lines.length) node.append(fold(lines.slice(FIRST), `${all.length - FIRST} more lines`));
  // What is longest is there too, only without colours.
  const rest = all.slice(LONGEST).map(({ line }) => line);
  if (rest.length) (whole ? node : node.lastChild).append(element("div", "copilot-diff-line", rest.join("\n")));
  return region(node, label);
}

/** The panel names the file; where there are several, each one's first line stays. */
function withoutHeaders(lines) {
  const files = lines.filter(({ kind, line }) => kind === "file" && line.startsWith("diff "));
  const plain = (one) => one.kind !== "file" || /^(?:rename|similarity) /.test(one.line);
  return lines.filter((one) => plain(one) || (files.length > 1 && files.includes(one)));
}

/** Only its place tells a header: an added line `++ i` reads `+++ i`. */
function kinds(text) {
  let header = true;
  return text.split("\n").map((line) => {
    if (line.startsWith("diff --git ")) header = true;
    const kind = header && FILE.test(line) ? "file" : (KINDS.find(([, pattern]) => pattern.test(line))?.[0] ?? "same");
    if (kind === "hunk" || (header && line.startsWith("+++ "))) header = false;
    return { line, kind, marks: [] };
  });
}

/** Long runs of unchanged lines become a fold. */
function folded(lines) {
  const nodes = [];
  for (let at = 0; at < lines.length; ) {
    let end = at;
    while (lines[end]?.kind === "same") end++;
    if (end - at > LONG_RUN) {
      const inner = lines.slice(at + BESIDE, end - BESIDE);
      nodes.push(...lines.slice(at, at + BESIDE).map(drawLine), fold(inner, `${inner.length} unchanged lines`));
      at = end - BESIDE;
    }
    nodes.push(...lines.slice(at, Math.max(end, at + 1)).map(drawLine));
    at = Math.max(end, at + 1);
  }
  return nodes;
}

const fold = (lines, words) => element("details", "copilot-diff-fold", element("summary", "", icon("chevron"), words), ...lines.map(drawLine));

function drawLine({ line, kind, marks }) {
  const words = [];
  let drawn = 0;
  for (const [from, to] of marks) {
    words.push(line.slice(drawn, from), element("mark", "", line.slice(from, to)));
    drawn = to;
  }
  const node = element("div", "copilot-diff-line", ...words, line.slice(drawn) || (line ? "" : " "));
  node.dataset.kind = kind;
  if (kind === "added" || kind === "removed") node.prepend(hidden(`${kind}: `));
  return node;
}

/** "+3 −1", or null without a diff. */
export function counts(text) {
  if (!text) return null;
  const lines = kinds(text);
  const added = lines.filter(({ kind }) => kind === "added").length;
  const removed = lines.filter(({ kind }) => kind === "removed").length;
  return element(
    "span",
    "copilot-counts",
    element("span", "copilot-added", `+${added}`),
    element("span", "copilot-removed", `−${removed}`),
  );
}
