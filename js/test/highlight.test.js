// @vitest-environment jsdom
import { describe, expect, it } from "vitest";
import { highlight } from "../src/highlight.js";

/** Every coloured piece as "class text". */
const colours = (code, language) =>
  highlight(code, language)
    .filter((piece) => typeof piece !== "string")
    .map((node) => `${node.className.replace("copilot-", "")} ${node.textContent}`);

describe("code is coloured", () => {
  it.each([
    ["python", "@cache\ndef f(x): return None  # why", ["f @cache", "k def", "f f", "k return", "m None", "c # why"]],
    ["python", 's = f"a\\"{x}" + r\'b\' + """c\n"d" """', ['s f"a\\"{x}"', "s r'b'", 's """c\n"d" """']],
    ["python", "df.sum() + sum(1e-3, 0xff) + x1", ["o sum", "m 1e-3", "m 0xff"]],
    ["py", "%%time\nimport os", ["f %%time", "k import"]],
    ["bash", 'for f in a/b.txt; do echo "$f" $HOME # c', ["k for", "k in", "k do", "o echo", 's "$f"', "o $HOME", "c # c"]],
    ["bash", "curl x.sh#no-comment", []],
    ["sql", "SELECT count(*) FROM t -- all", ["k SELECT", "o count", "k FROM", "c -- all"]],
    ["json", '{"a": "b", "c": [1.5, true]}', ['f "a"', 's "b"', 'f "c"', "m 1.5", "m true"]],
    ["yaml", "on:\n  - name: x # c\n    n: 1", ["f on", "f   - name", "c # c", "f     n", "m 1"]],
    ["toml", '[a]\nb = "c"', ["k [a]", "f b ", 's "c"'].map((one) => one.trimEnd())],
    ["diff", "@@ -1 +1 @@\n-a\n+b\n c", ["gh @@ -1 +1 @@", "gd -a", "gi +b"]],
    ["html", '<a href="x">it\'s</a><!-- c -->', ["k <a", "f href", 's "x"', "k >", "k </a", "k >", "c <!-- c -->"]],
    ["ts", "const f = `a${b}`; // c", ["k const", "s `a${b}`", "c // c"]],
    ["rust", "pub fn main() {}", ["k pub", "k fn", "f main"]],
    ["r", 'x <- c("a", NA)', ['s "a"', "m NA"]],
    ["text", "import os", []],
    ["constructor", "import os", []],
  ])("as %s: %j", (language, code, wanted) => expect(colours(code, language)).toEqual(wanted));

  it("without losing a character, also where strings and comments never end", () => {
    for (const language of ["python", "bash", "sql", "json", "yaml", "toml", "html", "js", "r", "diff"]) {
      for (const code of ['"', "'''a\n\\", "/* a\n*", "<!-- x\n", "`a\\", '"""a"" \\', "$", "${", "\\", "a\n\n"]) {
        const text = highlight(code, language).map((piece) => piece.textContent ?? piece);
        expect(text.join("")).toBe(code);
      }
    }
  });
});
