// Output of code that the agent ran in the kernel: text, tables of text, raster pictures.
import { element } from "./element.js";
import { follow, plain } from "./terminal.js";

const PICTURES = new Set(["image/png", "image/jpeg"]);
const BASE64 = /^[A-Za-z0-9+/=\s]+$/;

const DRAW = {
  text: ({ text, stream = "stdout" }) => {
    const pre = element("pre", `copilot-pre copilot-output-text copilot-${stream}`, plain(text ?? ""));
    pre.tabIndex = 0;
    return pre;
  },
  table: drawTable,
  image: drawImage,
};

/** @returns {HTMLElement} */
export function drawOutput(output) {
  const body = DRAW[output.kind]?.(output) ?? element("p", "copilot-muted", `Output of kind ${output.kind}`);
  return element("div", "copilot-output", body);
}

/**
 * Text that grew keeps its box: a reader who scrolled in it is left alone, one at its end follows.
 *
 * @param {Element} node  what `drawOutput` made of its beginning
 * @returns {boolean} whether that was possible
 */
export function growOutput(node, { kind, text, stream = "stdout" }) {
  const box = node.firstElementChild;
  if (kind !== "text" || !box?.matches(".copilot-output-text") || !box.classList.contains(`copilot-${stream}`)) return false;
  follow(box, plain(text ?? ""));
  return true;
}

function drawTable({ columns = [], rows = [], has_index: hasIndex = true, caption = "" }) {
  const head = element("tr", "", ...columns.map((column) => heading(column, "col")));
  if (hasIndex && rows[0]?.length === columns.length + 1) head.prepend(element("td"));
  const body = rows.map((row) =>
    element("tr", "", ...row.map((cell, at) => (hasIndex && at === 0 ? heading(cell, "row") : tableCell(cell)))),
  );
  const table = element("table", "", element("thead", "", head), element("tbody", "", ...body));
  const wrap = element("div", "copilot-table", table);
  wrap.tabIndex = 0;
  return element("div", "", wrap, caption ? element("div", "copilot-caption", caption) : null);
}

function heading(text, scope) {
  const node = element("th", "", text);
  node.setAttribute("scope", scope);
  return node;
}

const NUMBER = /^[-+−]?[\d,.\s]*\d(?:[eE][-+]?\d+)?\s*%?$/;
const tableCell = (text) => element("td", NUMBER.test(text) ? "copilot-right" : "", text);

function drawImage({ data, mime = "image/png", alt = "Figure", width, height }) {
  if (!PICTURES.has(mime) || !BASE64.test(data ?? "")) return element("p", "copilot-muted", "Picture not shown");
  const node = element("img", "copilot-figure");
  node.alt = alt;
  if (width) node.width = width;
  if (height) node.height = height;
  node.src = `data:${mime};base64,${data}`;
  return node;
}
