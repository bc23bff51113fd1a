// Growing Markdown -> tokens, of which all but the last few are final. No DOM.
import { Lexer } from "marked";
import { shown } from "./tail.js";

/** How many blocks at the end may still change: the last may grow, the one before may join it. */
const OPEN_BLOCKS = 2;
const DEFINITION = /^ {0,3}\[[^\]\n]+\]:[ \t]*\S/m;

const index = (source, pattern) => {
  const at = source.search(pattern);
  return at < 0 ? undefined : at;
};

function inlineMath(source) {
  const shown = /^\$\$((?:(?!\n\s*\n)[^$])+)\$\$/.exec(source);
  if (shown) return { type: "math", raw: shown[0], tex: shown[1].trim(), display: true };
  const match =
    /^\$(?![\s\d$])((?:\\.|[^$\\\n])+?)(?<!\s)\$(?!\d)/.exec(source) ?? /^\\\(([^\n]+?)\\\)/.exec(source);
  return match ? { type: "math", raw: match[0], tex: match[1], display: false } : undefined;
}

/** No blank lines inside: a formula that is not closed yet must not reach into final blocks. */
function blockMath(source) {
  const match =
    /^ {0,3}\$\$((?:(?!\n\s*\n|\$\$)[\s\S])+)\$\$ *(?:\n|$)/.exec(source) ??
    /^ {0,3}\\\[((?:(?!\n\s*\n|\\\])[\s\S])+)\\\] *(?:\n|$)/.exec(source);
  return match ? { type: "math", raw: match[0], tex: match[1].trim(), display: true } : undefined;
}

const OPTIONS = {
  gfm: true,
  extensions: {
    inline: [inlineMath],
    startInline: [(source) => index(source, /\$|\\\(/)],
    block: [blockMath],
    startBlock: [(source) => index(source, /(?:^|\n) {0,3}(?:\$\$|\\\[)/)],
  },
};

/**
 * Text that the lexer cannot take, such as ten thousand nested quotes, becomes one paragraph.
 *
 * @returns {import("marked").Token[]}
 */
export function lex(source) {
  try {
    return new Lexer({ ...OPTIONS }).lex(source);
  } catch {
    return [{ type: "unreadable", raw: source }];
  }
}

/** Markdown that grows: `step` says which tokens are final from now on and which may still change. */
export class MarkdownStream {
  #text = "";
  #final = 0;

  get text() {
    return this.#text;
  }

  /** @param {string} more  line ends become `\n`, as the lexer would make them */
  append(more) {
    const joined = this.#text.endsWith("\r") ? more.replace(/^\n/, "") : more;
    this.#text = this.#text.replace(/\r$/, "\n") + joined.replace(/\r\n|\r(?=[^])/g, "\n");
  }

  /** Link definitions at the end change blocks before them; then all of it has to be drawn again. */
  get hasDefinitions() {
    return DEFINITION.test(this.#text);
  }

  rewind() {
    this.#final = 0;
  }

  /**
   * @param {boolean} last  nothing will come after this
   * @returns {{frozen: import("marked").Token[], open: import("marked").Token[]}}
   */
  step(last) {
    const rest = this.#text.slice(this.#final);
    const tokens = lex(last ? rest.replace(/\r$/, "\n") : shown(rest.replace(/\r$/, "")));
    const cut = last ? tokens.length : openFrom(tokens);
    const frozen = tokens.slice(0, cut);
    this.#final = last ? this.#text.length : this.#final + lengthOf(frozen);
    return { frozen, open: tokens.slice(cut) };
  }
}

function openFrom(tokens) {
  let blocks = 0;
  for (let at = tokens.length - 1; at >= 0; at--) {
    if (tokens[at].type !== "space" && ++blocks === OPEN_BLOCKS) return at;
  }
  return 0;
}

const lengthOf = (tokens) => tokens.reduce((length, token) => length + token.raw.length, 0);
