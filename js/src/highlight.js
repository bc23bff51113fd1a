// Code -> coloured DOM: one pattern per language, read from left to right, for the colours that help
// reading. The same seven classes as in the stored form: keyword, string, number, comment, name that
// is defined or keyed (f), built-in or variable (o); of diffs gi, gd and gh.

/** Longer code stays plain: colouring is linear, but a page full of spans is not cheap. */
const LONGEST = 60_000;

const HASH = ["c", /#.*/];
const DASHES = ["c", /--.*/];
const SLASHES = ["c", /\/\/.*|\/\*[^]*?(?:\*\/|$(?![^]))/];
const DOUBLE = /"[^"\\\n]*(?:\\[^][^"\\\n]*)*"?/;
const SINGLE = /'[^'\\\n]*(?:\\[^][^'\\\n]*)*'?/;
const STRINGS = ["s", either(DOUBLE, SINGLE)];
const TEMPLATE = ["s", /`[^`\\]*(?:\\[^][^`\\]*)*`?/];
const TRIPLE = ["s", /(?:\b[rbftuRBFTU]{1,2})?(?:"""[^"\\]*(?:(?:\\[^]|"(?!""))[^"\\]*)*(?:""")?|'''[^'\\]*(?:(?:\\[^]|'(?!''))[^'\\]*)*(?:''')?)/];
const PREFIXED = ["s", new RegExp(`(?:\\b[rbftuRBFTU]{1,2})?(?:${DOUBLE.source}|${SINGLE.source})`)];
const NUMBERS = ["m", /\b(?:0[xXbBoO][\da-fA-F_]+|\d[\d_]*(?:\.[\d_]+)?(?:[eE][+-]?\d+)?)[jnuLf]?\b/];
const VARIABLES = ["o", /\$(?:\w+|\{[^}\n]*\}?|[@#?$!*-])/];
/** The name that a definition gives. */
const defined = (words) => ["f", new RegExp(`(?<=\\b(?:${words})[ \\t]{1,8})[A-Za-z_]\\w*`)];
const WORD = ["", /[A-Za-z_]\w*/];

const PYTHON = {
  rules: [HASH, TRIPLE, PREFIXED, ["f", /^[ \t]*(?:@[\w.]+|%%?\w+)/], defined("def|class"), NUMBERS, WORD],
  k: "and as assert async await break case class continue def del elif else except finally for from global if import in is lambda match nonlocal not or pass raise return try while with yield",
  m: "True False None",
  o: "abs all any bool bytes dict display enumerate filter float format frozenset getattr hasattr int isinstance iter len list map max min next object open print range repr reversed round self set setattr sorted str sum super tuple type vars zip Exception ValueError TypeError KeyError",
};
const BASH = {
  rules: [["c", /(?<![^\s;(])#.*/], ["s", /\$?'[^']*'?|"[^"\\]*(?:\\[^][^"\\]*)*"?/], VARIABLES, ["", /[\w./-]*[-./][\w./-]*/], NUMBERS, WORD],
  k: "case do done elif else esac fi for function if in select then until while",
  o: "alias cd echo eval exec exit export kill local printf pwd read return rm set shift source sudo test trap umask unset",
};
const SQL = {
  rules: [DASHES, SLASHES, ["s", /'[^']*'?/], NUMBERS, ["o", /[A-Za-z_]\w*(?=\()/], WORD],
  k: "add all alter and as asc between by case create cross delete desc distinct drop else end exists explain except filter from full group having if in index inner insert intersect into is join key lateral left like limit not on or order outer over partition primary references replace returning right rows select set table then union unique update using values view when where window with",
  m: "null true false",
  anyCase: true,
};
const JSON_LIKE = { rules: [SLASHES, ["f", /"[^"\\\n]*(?:\\.[^"\\\n]*)*"(?=\s*:)/], ["s", DOUBLE], NUMBERS, WORD], m: "true false null NaN" };
const YAML = {
  rules: [["c", /(?<!\S)#.*/], ["f", /^[ \t]*(?:- +)*[\w./-]+(?=:(?:\s|$))/], STRINGS, NUMBERS, WORD],
  m: "true false null yes no",
};
const TOML = { rules: [HASH, ["k", /^[ \t]*\[.*/], ["f", /^[ \t]*[\w."-]+(?=[ \t]*=)/], TRIPLE, STRINGS, NUMBERS, WORD], m: "true false" };
const DIFF = { rules: [["gh", /^@@.*/], ["gi", /^\+.*/], ["gd", /^-.*/]] };
const MARKUP = { rules: [["c", /<!--[^]*?(?:-->|$(?![^]))/], ["k", /<[/!?]?[A-Za-z][\w:.-]*|[/?]?>/], ["f", /(?<![\w:@-])[\w:@-]{1,60}(?==["'])/], ["s", /(?<==)(?:"[^"]*"?|'[^']*'?)/]] };
const CURLY = {
  rules: [SLASHES, STRINGS, TEMPLATE, defined("function|class|struct|enum|interface|fn|func|trait|type"), NUMBERS, WORD],
  k: "as async await break case catch class const continue default defer delete do else enum export extends final finally fn for from func function go if impl implements import in include interface let loop match mod mut namespace new of package private protected pub public return static struct super switch this throw trait try type typeof use using var void where while yield",
  m: "true false null undefined nil None NULL",
  o: "bool char console double float int long number string unsigned",
};
const SCRIPT = {
  rules: [HASH, STRINGS, VARIABLES, defined("function|def|struct|module|class"), NUMBERS, WORD],
  k: "begin break catch class def do else elseif end export finally for foreach from function if import in let library local macro module mutable next param repeat require return struct then throw try using while",
  m: "TRUE FALSE NULL NA NaN Inf true false nothing missing nil",
};

const LANGUAGES = {};
for (const [grammar, names] of [
  [PYTHON, "python py python3 py3 ipython ipython3 pycon"],
  [BASH, "bash sh shell zsh console shellsession"],
  [SQL, "sql sqlite postgresql mysql duckdb"],
  [JSON_LIKE, "json jsonc json5"],
  [YAML, "yaml yml"],
  [TOML, "toml ini cfg properties"],
  [DIFF, "diff patch"],
  [MARKUP, "html xml svg vue"],
  [CURLY, "javascript js jsx mjs typescript ts tsx java c cpp c++ csharp cs go rust rs kotlin swift scala php css scss"],
  [SCRIPT, "r julia jl ruby rb dockerfile makefile"],
]) {
  for (const name of names.split(" ")) LANGUAGES[name] = grammar;
}

function either(...patterns) {
  return new RegExp(patterns.map(({ source }) => source).join("|"));
}

/** Made when a language is first met: its one pattern, and what its words are. */
function prepare(grammar) {
  if (grammar.pattern) return grammar;
  grammar.pattern = new RegExp(grammar.rules.map(([, { source }]) => `(${source})`).join("|"), "gm");
  grammar.words = new Map();
  for (const name of ["k", "m", "o"]) {
    for (const word of grammar[name]?.split(" ") ?? []) grammar.words.set(word, name);
  }
  return grammar;
}

/**
 * @param {string} code
 * @param {string} language  a name, an alias, or something unknown
 * @returns {(Node | string)[]} what to append to a <code>
 */
export function highlight(code, language) {
  if (code.length > LONGEST || !Object.hasOwn(LANGUAGES, language)) return [code];
  const { pattern, rules, words, anyCase } = prepare(LANGUAGES[language]);
  const pieces = [];
  let drawn = 0;
  for (const match of code.matchAll(pattern)) {
    const word = anyCase ? match[0].toLowerCase() : match[0];
    const rule = rules[match.findIndex((group, at) => at > 0 && group !== undefined) - 1];
    const name = rule[0] || (code[match.index - 1] === "." ? "" : words.get(word));
    if (!name || !match[0]) continue;
    const span = document.createElement("span");
    span.className = `copilot-${name}`;
    span.textContent = match[0];
    pieces.push(code.slice(drawn, match.index), span);
    drawn = match.index + match[0].length;
  }
  return [...pieces, code.slice(drawn)].filter((piece) => piece !== "");
}
