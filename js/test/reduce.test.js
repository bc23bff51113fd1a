import { describe, expect, it } from "vitest";
import { EMPTY, HEAD, fromSnapshot, receive } from "../src/reduce.js";

const delta = (n, ...o) => ({ k: "d", e: "E", n, o });
const snapshot = (n, t, e = "E") => ({ k: "s", v: 1, e, n, t });
const start = () => fromSnapshot(snapshot(0, { state: "running", blocks: [] }));
const text = (id, words) => ["add", id, { kind: "text", text: words, closed: false }];

describe("a message", () => {
  it("is applied when it is the next one", () => {
    const { page, touched } = receive(start(), delta(1, text("a", "hel"), ["txt", "a", "text", "lo"]));

    expect(page.blocks).toEqual([{ id: "a", kind: "text", text: "hello", closed: false }]);
    expect(page.seq).toBe(1);
    expect([...touched]).toEqual(["a"]);
  });

  it("that a snapshot already holds changes nothing", () => {
    const page = fromSnapshot(snapshot(2, { blocks: [{ id: "a", kind: "text", text: "hi" }] }));

    const step = receive(page, delta(2, ["txt", "a", "text", "XXX"]));

    expect(step.page).toBe(page);
    expect(step.behind).toBe(false);
  });

  it("behind a gap is left alone, and the page is behind", () => {
    const page = start();

    const step = receive(page, delta(2, text("a", "x")));

    expect(step.page).toBe(page);
    expect(step.behind).toBe(true);
  });

  it("of another turn is left alone, and the page is behind", () => {
    const step = receive(start(), { ...delta(1, text("a", "x")), e: "OTHER" });

    expect(step.page.blocks).toEqual([]);
    expect(step.behind).toBe(true);
  });

  it("leaves the page before it as it was", () => {
    const before = receive(start(), delta(1, text("a", "x"))).page;
    const copy = structuredClone(before);

    receive(before, delta(2, ["txt", "a", "text", "y"], ["head", { state: "done" }]));

    expect(before).toEqual(copy);
  });

  it("may hold operations that this page does not know", () => {
    const { page } = receive(start(), delta(1, ["fold", "a", 3], text("a", "x"), ["txt", "nobody", "text", "y"]));

    expect(page.blocks.map(({ id }) => id)).toEqual(["a"]);
  });
});

describe("a snapshot", () => {
  it("replaces the page", () => {
    const step = receive(EMPTY, snapshot(7, { state: "done", label: "demo model", blocks: [{ id: "a", kind: "text" }] }));

    expect(step.reset).toBe(true);
    expect(step.page.seq).toBe(7);
    expect(step.page.head).toMatchObject({ state: "done", label: "demo model", usage: {} });
  });

  it("older than the page is ignored", () => {
    const page = receive(start(), delta(1, text("a", "x"))).page;

    expect(receive(page, snapshot(0, { blocks: [] })).page).toBe(page);
  });

  it("of a new turn counts, whatever its number", () => {
    const page = receive(start(), delta(1, text("a", "x"))).page;

    expect(receive(page, snapshot(0, { blocks: [] }, "NEXT")).page.epoch).toBe("NEXT");
  });
});

describe("operations", () => {
  it("change fields, grow outputs, and take blocks away", () => {
    const { page, touched } = receive(
      start(),
      delta(
        1,
        ["add", "t", { kind: "tool", state: "running", outputs: [] }],
        text("a", "x"),
        ["out", "t", 0, { kind: "text", text: "1" }],
        ["more", "t", 0, "2"],
        ["set", "t", { state: "ok" }],
        ["del", "a"],
        ["head", { status: "" }],
      ),
    );

    expect(page.blocks).toEqual([{ id: "t", kind: "tool", state: "ok", outputs: [{ kind: "text", text: "12" }] }]);
    expect([...touched].sort()).toEqual([HEAD, "a", "t"]);
  });

  it("give the same page for every split into snapshot and differences", () => {
    const ops = [
      text("a", ""),
      ...[..."hello world"].map((letter) => ["txt", "a", "text", letter]),
      ["add", "t", { kind: "tool", state: "pending", outputs: [] }],
      ["out", "t", 0, { kind: "text", text: "1" }],
      ["more", "t", 0, "2"],
      ["set", "t", { state: "ok" }],
      ["del", "a"],
      ["head", { state: "done", status: "" }],
    ];
    const replay = (page, from = 0) =>
      ops.slice(from).reduce((now, op, at) => receive(now, delta(from + at + 1, op)).page, page);
    const whole = replay(start());

    for (let cut = 0; cut <= ops.length; cut++) {
      const { epoch, seq, head, blocks } = ops
        .slice(0, cut)
        .reduce((now, op, at) => receive(now, delta(at + 1, op)).page, start());
      const reloaded = fromSnapshot({ k: "s", e: epoch, n: seq, t: JSON.parse(JSON.stringify({ ...head, blocks })) });

      expect(replay(reloaded, 0)).toEqual(whole);
    }
  });
});
