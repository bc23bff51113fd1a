// A unified diff as lines that are told apart by sign, colour and hidden words.
import { element, hidden } from "./element.js";

const LONGEST = 3000;
const FILE = /^(?:diff |index |--- |\+\+\+ |new file|create file|deleted file|rename |similarity )/;
const KINDS = [
  ["hunk", /^@@/],
  ["added", /^\+/],
  ["removed", /^-/],
];

/** Marks help only where most of a line stays. */
const SAME_SHARE = 0.3;

/**
 * @param {string} text
 * @param {string} label
 * @returns {HTMLElement}
 */
export function diffView(text, label = "Proposed change") {
  const all = withoutHeaders(kinds(text.replace(/\n$/, "")));
  const lines = all.slice(0, LONGEST);
  markChanges(lines);
  const node = element("div", "copilot-diff", ...lines.map(drawLine));
  // Somebody may decide about it: the rest is there too, only without colours.
  const rest = all.slice(LONGEST).map(({ line }) => line);
  if (rest.length) node.append(element("div", "copilot-diff-line", rest.join("\n")));
  node.tabIndex = 0;
  node.setAttribute("role", "region");
  node.setAttribute("aria-label", label);
  return node;
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
    return { line, kind, from: 0, to: 0 };
  });
}

/** Where as many lines were added as removed, each pair shows what differs in it. */
function markChanges(lines) {
  for (let at = 0; at < lines.length; at++) {
    const removed = runOf(lines, at, "removed");
    const added = runOf(lines, at + removed, "added");
    if (removed && removed === added) {
      for (let pair = 0; pair < removed; pair++) markPair(lines[at + pair], lines[at + removed + pair]);
    }
    at += Math.max(0, removed + added - 1);
  }
}

function runOf(lines, at, kind) {
  let end = at;
  while (lines[end]?.kind === kind) end++;
  return end - at;
}

function markPair(one, other) {
  const [a, b] = [one.line.slice(1), other.line.slice(1)];
  const shortest = Math.min(a.length, b.length);
  let start = 0;
  while (start < shortest && a[start] === b[start]) start++;
  let end = 0;
  while (end < shortest - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  if (start + end < SAME_SHARE * Math.max(a.length, b.length)) return;
  for (const each of [one, other]) [each.from, each.to] = [start + 1, each.line.length - end];
}

function drawLine({ line, kind, from, to }) {
  const words =
    to > from ? [line.slice(0, from), element("mark", "", line.slice(from, to)), line.slice(to)] : [line || " "];
  const node = element("div", "copilot-diff-line", ...words);
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
