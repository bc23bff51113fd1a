// @vitest-environment jsdom
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { highlight } from "../src/highlight.js";
import { MarkdownView, markdown } from "../src/markdown.js";
import { mathOf } from "../src/math.js";
import { drawOutput } from "../src/output.js";
import { BLOCKS } from "../src/blocks/index.js";
import { isInlinePicture, safeLink } from "../src/url.js";

/** @type {{name: string, kind: string, text: string}[]} */
const CORPUS = JSON.parse(readFileSync(join(import.meta.dirname, "../../tests/data/hostile.json"), "utf8"));
/** A growing text is looked at after every piece, so long entries are cut here. */
const LONGEST = 300;
/** Floods are met whole as an answer; there are many fields. */
const LONGEST_FIELD = 1000;
const PIECE = 11;

const ALLOWED = new Set(
  "a b blockquote br button code del details div em h1 hr i img input kbd li label mark ol option p path pre progress s select small span strong sub summary sup svg table tbody td th thead tr u ul textarea".split(" "),
);
const ATTRIBUTES = new Set(
  "alt aria-describedby aria-hidden aria-invalid aria-label aria-keyshortcuts aria-labelledby aria-level aria-live autocapitalize checked class d disabled focusable for height hidden href id inputmode loading max name open placeholder referrerpolicy rel role rows scope spellcheck src start tabindex target title type value viewBox width".split(" "),
);

const VALUES = {
  href: /^(?:https?:|mailto:|#)/i,
  src: /^data:image\/(?:png|jpeg|gif|webp);base64,/,
  id: /^copilot-/,
  name: /^copilot-/,
  class: /^(?:copilot-[\w-]*\s?)+$/,
};

/** What runs, loads, covers the page or speaks to the notebook. */
function* harm(el, icons) {
  for (const node of el.querySelectorAll("*")) {
    if (!ALLOWED.has(node.localName) || (!icons && /^(?:svg|path)$/.test(node.localName))) yield node.localName;
    for (const name of node.getAttributeNames()) {
      const value = node.getAttribute(name);
      if (!ATTRIBUTES.has(name) && !name.startsWith("data-")) yield name;
      if (/^data-(?:commandlinker|lm-|jp)/.test(name)) yield name;
      if (Object.hasOwn(VALUES, name) && !VALUES[name].test(value)) yield `${name}=${value}`;
    }
  }
}

function expectHarmless(el, { icons = false } = {}) {
  expect([...harm(el, icons)]).toEqual([]);
}

const FIELDS = ["text", "number", "integer", "boolean", "choice", "choices"];
const fieldOf = (kind, text) => ({ name: text, kind, label: text, description: text, required: true, default: text, choices: [{ value: text, label: text }], format: text, minimum: null, maximum: 3, pattern: text });

const contextUntil = (signal) => ({
  sync: { store: { isOpen: () => true, setOpen() {}, draft: () => "", setDraft() {}, sending: () => "", whole() {} }, answer() {}, act() {} },
  root: document.body,
  say() {},
  alert() {},
  typeset: null,
  signal,
});

describe("hostile text", () => {
  it.each(CORPUS)("as the answer: $name", ({ text }) => {
    expectHarmless(markdown(`${text}\n\nafter`));
  });

  it.each(CORPUS)("as a growing answer: $name", ({ text }) => {
    const el = document.createElement("div");
    const view = new MarkdownView(el);
    const short = text.slice(0, LONGEST);
    for (let end = 1; end <= short.length; end += PIECE) {
      view.update(short.slice(0, end), false);
      expectHarmless(el);
    }
  });

  it.each(CORPUS)("in every field of every block: $name", ({ text: whole }) => {
    const text = whole.slice(0, LONGEST_FIELD);
    const blocks = [
      { kind: "text", text },
      { kind: "reasoning", text },
      { kind: "tool", name: text, title: text, arguments: text, language: text, state: "ok", output: text, diff: text, error: text, progress: text, agent: text, changes: [text], undo: "offered", cut: 9, outputs: [{ kind: "text", text }, { kind: "table", columns: [text], rows: [[text, text]], caption: text }, { kind: "image", data: text, alt: text }, { kind: text }] },
      { kind: "permission", heading: text, body: text, language: "bash", intention: text, place: text, diff: text, warnings: [text], choices: [{ id: "x", label: text, key: "y", style: "primary" }], state: "open" },
      { kind: "permission", heading: text, body: text, language: "python", editable: true, time_limit: 9, effects: [{ kind: "reads", text }, { kind: text, text }], choices: [], state: "open" },
      { kind: "permission", heading: text, body: text, language: text, answer: text, by: text, state: "answered" },
      { kind: "user_input", question: text, choices: [text], allow_freeform: true, state: "open" },
      { kind: "user_input", question: text, answer: text, by: text, state: "answered" },
      { kind: "form", heading: text, source: text, warnings: [text], fields: FIELDS.map((kind) => fieldOf(kind, text)), state: "open" },
      { kind: "form", heading: text, source: text, url: text, state: "open" },
      { kind: "form", heading: text, source: text, url: text, answer: text, by: text, state: "answered" },
      { kind: "plan", summary: text, plan: text, choices: [{ id: text, label: text, asks_feedback: true }], state: "open" },
      { kind: "plan", summary: "", plan: text, answer: text, by: text, state: "answered" },
      { kind: "sign_in", host: text, url: text, code: text, state: "open" },
      { kind: "todo", items: [{ text, state: "running" }, { text, state: text }] },
      { kind: "notice", text, level: "warning", details: text },
      { kind: "error", message: text, hint: text, details: text },
      { kind: text },
    ];
    for (const fields of blocks) {
      const block = { id: "b", ...fields };
      const ending = new AbortController();
      const card = (BLOCKS[block.kind] ?? BLOCKS.unknown)(block, contextUntil(ending.signal));
      card.update(block, { ended: true, waiting: ["b"] });
      expectHarmless(card.el, { icons: true });
      ending.abort();
    }
  });

  it.each(CORPUS)("as code keeps every character: $name", ({ text }) => {
    for (const language of ["python", "bash", "json", "sql", "diff"]) {
      const code = document.createElement("code");
      code.append(...highlight(text, language));
      expect(code.textContent).toBe(text);
    }
  });
});

describe("addresses", () => {
  it.each(["java\nscript:1", "/lab/api", "//host", "data:text/html,x", "vbscript:x", "file:///etc/passwd", "", "jar:http://x", "\u0001javascript:1"])(
    "%j is no link",
    (address) => expect(safeLink(address)).toBeNull(),
  );
  it.each([
    ["https://a/b", "https://a/b"],
    [" HTTPS://a/b ", "https://a/b"],
    ["https://a/\"onclick=", "https://a/%22onclick="],
    ["mailto:a@b", "mailto:a@b"],
    ["#part", "#part"],
  ])("%j is one", (address, link) => expect(safeLink(address)).toBe(link));

  it.each(CORPUS.filter(({ kind }) => kind === "url"))("as link, picture and plain: $name", ({ text }) => {
    const address = text.replace(/[<>\n]/g, "");
    expectHarmless(markdown(`[a](<${address}>) ![b](<${address}>) <${address}> ${text}\n\n[c]: <${address}>\n\n[c]`));
  });

  it("that Python links are those that the page links", () => {
    const linked = CORPUS.filter(({ kind, text }) => kind === "url" && safeLink(text) !== null);

    expect(linked.map(({ name }) => name).sort()).toEqual(
      ["brackets", "fragment", "http", "https", "mail", "quote", "unicode host"],
    );
  });

  it("only raster pictures carried by the text itself load", () => {
    expect(isInlinePicture("data:image/png;base64,AAAA")).toBe(true);
    expect(isInlinePicture("data:image/svg+xml;base64,AAAA")).toBe(false);
    expect(isInlinePicture("https://a/b.png")).toBe(false);
  });

  it("a remote picture needs a person's click", () => {
    const el = markdown("![plot](https://host.example/p.png)");

    expect(el.querySelector("img")).toBeNull();
    el.querySelector("button").click();
    expect(el.querySelector("img")).toBeNull();
    expect(el.textContent).toContain("load from host.example");
  });
});

describe("outputs", () => {
  it("other than raster pictures are not shown as pictures", () => {
    const el = drawOutput({ kind: "image", mime: "image/svg+xml", data: "PHN2Zz4=" });

    expect(el.querySelector("img")).toBeNull();
  });
});

describe("formulas", () => {
  it("with commands that reach outside stay text", async () => {
    const asked = [];
    const typeset = mathOf({ widget_manager: { rendermime: { latexTypesetter: { typeset: (node) => asked.push(node.textContent) } } } });
    typeset(markdown("$x^2$ and $\\href{javascript:alert(1)}{x}$"));
    await Promise.resolve();

    expect(asked).toEqual(["$x^2$"]);
  });
});
