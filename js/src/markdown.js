// Model text -> DOM by construction: createElement and text nodes, and a short list of attributes.
// Tags outside of a small list of bare inline ones are shown as the text they are.
import { codeBlock } from "./code.js";
import { button, element, leadOut } from "./element.js";
import { MarkdownStream } from "./lexer.js";
import { decode, isInlinePicture, safeLink } from "./url.js";

const BARE_TAGS = new Set(["br", "sub", "sup", "kbd", "b", "i", "u", "s", "em", "strong", "mark", "small"]);
const DEEPEST = 24;

/**
 * Draws Markdown that grows. Final blocks are never touched again, so selections in them last and
 * a long answer costs no more per step than a short one.
 */
export class MarkdownView {
  #stream = new MarkdownStream();
  /** @type {{raw: string, growing: boolean, node: Node | null}[]} */
  #open = [];
  #ended = false;
  #taken = 0;

  /** @param {HTMLElement} el */
  constructor(el) {
    this.el = el;
  }

  /**
   * @param {string} text  all of it so far; only what is new is looked at
   * @param {boolean} ended  whether this is the last step
   * @returns {Node[]} the nodes that became final
   */
  update(text, ended) {
    if (this.#ended) return [];
    this.#stream.append(text.slice(this.#taken));
    this.#taken = text.length;
    this.#ended = ended;
    if (ended && this.#stream.hasDefinitions) this.#clear();
    const { frozen, open } = this.#stream.step(ended);
    const nodes = this.#place([...frozen, ...open], ended);
    this.#open = nodes.slice(frozen.length);
    return nodes.slice(0, frozen.length).flatMap(({ node }) => node ?? []);
  }

  #clear() {
    this.#stream.rewind();
    this.#open = [];
    this.el.replaceChildren();
  }

  /** Keeps the nodes of unchanged tokens at the start, draws the rest anew. */
  #place(tokens, ended) {
    const last = tokens.findLastIndex((token) => token.type !== "space");
    const wanted = tokens.map((token, at) => ({
      token,
      raw: token.raw,
      growing: !ended && at === last && token.type === "code",
    }));
    let same = 0;
    while (same < this.#open.length && same < wanted.length && equal(this.#open[same], wanted[same])) same++;
    for (const { node } of this.#open.slice(same)) node?.remove();
    const drawn = wanted.slice(same).map(({ token, raw, growing }) => ({ raw, growing, node: block(token, { growing }) }));
    this.el.append(...drawn.flatMap(({ node }) => node ?? []));
    return [...this.#open.slice(0, same), ...drawn];
  }
}

const equal = (one, other) => one.raw === other.raw && one.growing === other.growing;

/** A finished text as a new element. */
export function markdown(text, className = "copilot-markdown") {
  const el = element("div", className);
  new MarkdownView(el).update(text, true);
  return el;
}

const BLOCKS = {
  space: () => null,
  def: () => null,
  heading: (token, { depth }) => {
    const node = inline(token.tokens, element("div", `copilot-heading copilot-h${token.depth}`), depth);
    node.setAttribute("role", "heading");
    node.setAttribute("aria-level", String(Math.min(token.depth + 2, 6)));
    return node;
  },
  paragraph: (token, { depth }) => inline(token.tokens, element("p"), depth),
  text: (token, { depth }) => inline(token.tokens ?? [token], element("p"), depth),
  code: (token, { growing }) => codeBlock(token.text, languageOf(token), { growing }),
  list: (token, { depth }) => list(token, depth),
  blockquote: (token, { depth }) => blocks(token.tokens, element("blockquote"), depth),
  table: (token, { depth }) => table(token, depth),
  hr: () => element("hr"),
  math: (token) => math(token),
  html: (token) => element("pre", "copilot-raw", token.raw.trimEnd()),
};

/** @returns {HTMLElement | null} */
function block(token, { growing = false, depth = 0 } = {}) {
  if (depth > DEEPEST) return element("p", "", token.raw);
  const draw = BLOCKS[token.type];
  return draw ? draw(token, { growing, depth: depth + 1 }) : element("p", "", token.raw ?? "");
}

function blocks(tokens, into, depth) {
  into.append(...(tokens ?? []).flatMap((token) => block(token, { depth }) ?? []));
  return into;
}

const languageOf = (token) => (token.lang ?? "").trim().split(/[\s{,]/)[0].toLowerCase().slice(0, 24);

function list(token, depth) {
  const node = element(token.ordered ? "ol" : "ul");
  if (token.ordered && token.start !== 1) node.setAttribute("start", String(Number(token.start) || 1));
  for (const item of token.items) node.append(listItem(item, token.loose, depth));
  return node;
}

function listItem(item, loose, depth) {
  const node = element("li", item.task ? "copilot-task" : "");
  if (item.task) node.append(checkbox(item.checked));
  for (const token of item.tokens) {
    if (token.type === "checkbox") continue;
    if (token.type === "text" && !loose) inline(token.tokens ?? [token], node, depth);
    else node.append(...[block(token, { depth })].filter(Boolean));
  }
  return node;
}

function checkbox(checked) {
  const box = element("input");
  box.type = "checkbox";
  box.checked = Boolean(checked);
  box.disabled = true;
  return box;
}

function table(token, depth) {
  const cells = (row, tag) => row.map((cell, at) => tableCell(cell, tag, token.align[at], depth));
  const head = element("thead", "", element("tr", "", ...cells(token.header, "th")));
  const body = element("tbody", "", ...token.rows.map((row) => element("tr", "", ...cells(row, "td"))));
  const wrap = element("div", "copilot-table", element("table", "", head, body));
  wrap.tabIndex = 0;
  return wrap;
}

function tableCell(cell, tag, align, depth) {
  const node = inline(cell.tokens, element(tag, align ? `copilot-${align}` : ""), depth);
  if (tag === "th") node.setAttribute("scope", "col");
  return node;
}

function math({ tex, display }) {
  const mark = display ? "$$" : "$";
  return element(display ? "div" : "span", "copilot-math", `${mark}${tex}${mark}`);
}

const INLINES = {
  text: (token, into, depth) => (token.tokens ? inline(token.tokens, into, depth) : into.append(decode(token.text))),
  escape: (token, into) => into.append(decode(token.text)),
  strong: (token, into, depth) => into.append(inline(token.tokens, element("strong"), depth)),
  em: (token, into, depth) => into.append(inline(token.tokens, element("em"), depth)),
  del: (token, into, depth) => into.append(inline(token.tokens, element("del"), depth)),
  codespan: (token, into) => into.append(element("code", "", token.text)),
  br: (_token, into) => into.append(element("br")),
  link: (token, into, depth) => into.append(link(token, depth)),
  image: (token, into) => into.append(image(token)),
  math: (token, into) => into.append(math(token)),
};

/** @returns {HTMLElement} `into`, with the tokens in it */
function inline(tokens, into, depth) {
  const open = [into];
  for (const token of tokens ?? []) {
    const top = open[open.length - 1];
    if (token.type === "html") bareTag(token.raw, open);
    else if (depth > DEEPEST) top.append(token.raw);
    else if (INLINES[token.type]) INLINES[token.type](token, top, depth + 1);
    else top.append(token.raw ?? "");
  }
  return into;
}

/** `<sub>` and its like open and close elements without attributes; every other tag is text. */
function bareTag(raw, open) {
  const top = open[open.length - 1];
  const [, slash, name] = /^<(\/?)([a-z]+)\s*\/?>$/i.exec(raw.trim()) ?? [];
  const tag = name?.toLowerCase();
  if (!BARE_TAGS.has(tag)) top.append(raw);
  else if (tag === "br") top.append(element("br"));
  else if (!slash) {
    open.push(element(tag));
    top.append(open[open.length - 1]);
  } else if (open.length > 1 && top.localName === tag) open.pop();
}

function link(token, depth) {
  const address = safeLink(token.href);
  if (!address) {
    const node = inline(token.tokens, element("span", "copilot-refused"), depth);
    node.title = `Link removed: ${String(token.href).slice(0, 200)}`;
    return node;
  }
  const node = leadOut(inline(token.tokens, element("a"), depth), address);
  node.title = address;
  return node;
}

/** A remote picture tells its host that somebody reads; it loads only when the reader says so. */
function image(token) {
  const address = String(token.href ?? "");
  const words = decode(token.text ?? "");
  if (isInlinePicture(address)) return picture(address, words);
  const box = element("span", "copilot-picture", `Image not loaded${words ? `: ${words}` : ""}`);
  const remote = safeLink(address);
  if (remote && /^https?:/.test(remote)) {
    const load = button("copilot-link", `load from ${new URL(remote).host}`, (event) => {
      if (event.isTrusted) box.replaceWith(picture(remote, words));
    });
    load.title = remote.slice(0, 500);
    box.append(" ", load);
  }
  return box;
}

function picture(address, words) {
  const node = element("img");
  node.alt = words;
  node.referrerPolicy = "no-referrer";
  node.loading = "lazy";
  node.src = address;
  return node;
}
