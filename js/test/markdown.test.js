// @vitest-environment jsdom
import { describe, expect, it } from "vitest";
import { MarkdownView, markdown } from "../src/markdown.js";
import { CASES, corpus } from "./cases.js";

/** Draws the text piece by piece; `ends` are the lengths it had at each step. */
function grown(text, ends) {
  const el = document.createElement("div");
  const view = new MarkdownView(el);
  for (const end of ends) view.update(text.slice(0, end), false);
  view.update(text, true);
  return el.innerHTML;
}

const whole = (text) => markdown(text).innerHTML;
const steps = (length, size) => Array.from({ length: Math.ceil(length / size) }, (_, at) => (at + 1) * size);

describe("a text that grew looks like one that came whole", () => {
  it.each(CASES)("in steps of 1, 2, 3 and 7: %j", (text) => {
    for (const size of [1, 2, 3, 7]) expect(grown(text, steps(text.length, size))).toBe(whole(text));
  });

  it.each(CASES)("cut off anywhere: %j", (text) => {
    for (let end = 1; end <= text.length; end++) {
      const prefix = text.slice(0, end);
      expect(grown(prefix, steps(end, 3))).toBe(whole(prefix));
    }
  });

  it("over a long answer, in steps of a token", () => {
    const text = corpus(60);

    expect(grown(text, steps(text.length, 4))).toBe(whole(text));
  });

  it("over a very long answer, in uneven steps", () => {
    const text = corpus(300, 11);
    const ends = [];
    for (let end = 1; end < text.length; end += 1 + ((end * 7919) % 37)) ends.push(end);

    expect(grown(text, ends)).toBe(whole(text));
  });
});

describe("while it grows", () => {
  it("final blocks are never touched again", () => {
    const text = corpus(12, 3);
    const el = document.createElement("div");
    const view = new MarkdownView(el);
    view.update(text.slice(0, text.length / 2), false);
    const first = [...el.childNodes].slice(0, 3);

    for (let end = text.length / 2; end < text.length; end += 5) view.update(text.slice(0, end), false);

    expect([...el.childNodes].slice(0, 3)).toEqual(first);
    expect(first.every((node, at) => node === el.childNodes[at])).toBe(true);
  });

  it("each final block is reported once", () => {
    const view = new MarkdownView(document.createElement("div"));
    const said = [];
    const text = "one\n\ntwo\n\nthree\n\nfour";
    for (let end = 1; end <= text.length; end++) said.push(...view.update(text.slice(0, end), false));
    said.push(...view.update(text, true));

    expect(said.map((node) => node.textContent)).toEqual(["one", "two", "three", "four"]);
  });

  it("code is coloured only when its fence is closed", () => {
    const el = document.createElement("div");
    const view = new MarkdownView(el);

    view.update("```python\nimport os\n", false);
    expect(el.querySelector("code span")).toBeNull();

    view.update("```python\nimport os\n```\n\nx", false);
    expect(el.querySelector(".copilot-k").textContent).toBe("import");
  });
});

describe("markdown becomes", () => {
  it.each([
    ["a & b &lt; &eacute;", "p", "a & b < é"],
    ["`a &lt; b`", "code", "a &lt; b"],
    ["H<sub>2</sub>O", "sub", "2"],
    ["- [x] done", "li.copilot-task", "done"],
    ["3. c", "ol[start='3']", "c"],
    ["$x^2$", ".copilot-math", "$x^2$"],
    ["## title", "[role=heading].copilot-h2", "title"],
  ])("%j -> %s", (source, selector, text) => {
    expect(markdown(source).querySelector(selector)?.textContent).toBe(text);
  });

  it("a link with its address decoded", () => {
    const link = markdown("[a](https://x.example/?q=1&amp;r=2)").querySelector("a");

    expect(link.getAttribute("href")).toBe("https://x.example/?q=1&r=2");
    expect(link.getAttribute("rel")).toBe("noopener noreferrer nofollow");
  });

  it("a price, not a formula", () => {
    expect(markdown("it costs $5 and $6").querySelector(".copilot-math")).toBeNull();
  });
});
