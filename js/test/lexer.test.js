import { describe, expect, it } from "vitest";
import { MarkdownStream, lex } from "../src/lexer.js";
import { complete, holdBack } from "../src/tail.js";
import { CASES } from "./cases.js";

describe("the lexer", () => {
  it.each(CASES)("loses no character of %j", (source) => {
    expect(lex(source).map((token) => token.raw).join("")).toBe(source);
  });

  it("makes one paragraph of what it cannot take", () => {
    const source = "> ".repeat(20_000) + "x";

    expect(lex(source).map((token) => token.raw).join("")).toBe(source);
  });
});

describe("the end of a growing text", () => {
  it.each([
    ["text\n-", "text\n"],
    ["text\n==", "text\n"],
    ["a\n1.", "a\n"],
    ["a\n``", "a\n"],
    ["see [the man", "see "],
    ["see [a](htt", "see "],
    ["see ![a", "see "],
    ["plain words", "plain words"],
    ["- an item", "- an item"],
    ["done [a](b) and", "done [a](b) and"],
  ])("%j is shown as %j", (tail, shown) => {
    expect(holdBack(tail)).toBe(shown);
  });
});

describe("what is open at the end", () => {
  it.each([
    ["a **bold wo", "a **bold wo**"],
    ["a **bold** and", "a **bold** and"],
    ["a **", "a "],
    ["an *it", "an *it*"],
    ["2 * 3 * 4", "2 * 3 * 4"],
    ["snake_case_name", "snake_case_name"],
    ["_it", "_it_"],
    ["~~gone", "~~gone~~"],
    ["run `pip inst", "run `pip inst`"],
    ["run `", "run "],
    ["run `a` and", "run `a` and"],
    ["use ``a ` b", "use ``a ` b``"],
    ["**bold *and it", "**bold *and it***"],
    ["```py\nx = **y", "```py\nx = **y"],
    ["**one\n\ntwo", "**one\n\ntwo"],
    ["\\*not", "\\*not"],
    ["- item **b", "- item **b**"],
    ["* item", "* item"],
  ])("%j is closed as %j", (tail, closed) => {
    expect(complete(tail)).toBe(closed);
  });
});

describe("a stream", () => {
  it("keeps only the last blocks open", () => {
    const stream = new MarkdownStream();
    stream.append("one\n\ntwo\n\nthree\n\nfour");

    const { frozen, open } = stream.step(false);

    expect(frozen.filter(({ type }) => type === "paragraph").map(({ text }) => text)).toEqual(["one", "two"]);
    expect(open.filter(({ type }) => type === "paragraph").map(({ text }) => text)).toEqual(["three", "four"]);
  });

  it("reads every kind of line end alike, also between two pieces", () => {
    const stream = new MarkdownStream();
    for (const piece of ["a\r", "\n\r\nb\r", "c\r"]) stream.append(piece);
    stream.step(true);

    expect(stream.text.replace(/\r$/, "\n")).toBe("a\n\nb\nc\n");
  });
});
