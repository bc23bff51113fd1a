// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { KEPT, MANY, foldedRuns } from "../src/steps.js";
import { show, useStage } from "./show.js";

const tool = (id, more = {}) => ({ id, kind: "tool", name: "bash", title: id, arguments: "", state: "ok", output: "", outputs: [], ...more });
const QUESTION = { kind: "user_input", question: "Which?", choices: ["a"], state: "open", answer: "", by: "" };
const text = (id) => ({ id, kind: "text", text: `answer ${id}`, closed: true });
const tools = (count, from = 0) => Array.from({ length: count }, (_, at) => tool(`t${at + from}`));

useStage({ beforeEach, afterEach });

const titles = (nodes) => nodes.map((node) => node.querySelector(".copilot-subtitle").textContent);

describe("a long turn", () => {
  it("folds what was done long ago, and nothing in a short one", () => {
    expect(show(tools(MANY)).all(".copilot-steps")).toHaveLength(0);

    const { one, all } = show(tools(MANY + 3));

    expect(one(".copilot-steps > summary").textContent).toBe(`${MANY + 3 - KEPT} earlier steps`);
    expect(all(".copilot-blocks > .copilot-tool")).toHaveLength(KEPT);
  });

  it("keeps answers, results, and what still runs or asks", () => {
    const blocks = [
      ...tools(3),
      text("a"),
      tool("figure", { outputs: [{ kind: "text", text: "7" }] }),
      tool("undoable", { undo: "offered" }),
      tool("late", { state: "running" }),
      ...tools(10, 3),
    ];

    const runs = foldedRuns(blocks).map((run) => run.map(({ id }) => id));

    expect(runs).toEqual([["t0", "t1", "t2"], ["t3", "t4", "t5", "t6"]]);
  });

  it("says how many of them failed", () => {
    const blocks = tools(MANY + 4);
    blocks[1] = tool("t1", { state: "failed" });

    expect(show(blocks).one(".copilot-steps > summary").textContent).toContain("· 1 failed or denied");
  });

  it("keeps the order while calls end out of order", () => {
    const blocks = tools(MANY + 4);
    blocks[2] = tool("t2", { state: "running" });
    const { say, all } = show(blocks);
    const before = all(".copilot-blocks .copilot-tool").length;

    say(["set", "t2", { state: "ok" }]);

    expect(all(".copilot-steps")).toHaveLength(1);
    expect(titles(all(".copilot-blocks .copilot-tool"))).toEqual(blocks.map(({ id }) => id));
    expect(all(".copilot-blocks .copilot-tool")).toHaveLength(before);
  });

  it("leaves alone the card that has the focus, and the fold that a reader opened", () => {
    const { say, one, all } = show(tools(MANY));
    one("summary").focus();

    say(["add", "x", tool("x")], ["add", "y", tool("y")]);
    one(".copilot-steps").open = true;
    one(".copilot-steps").dispatchEvent(new Event("toggle"));
    say(["add", "z", tool("z")]);

    expect(one(".copilot-blocks > .copilot-tool summary")).toBe(document.activeElement);
    expect(one(".copilot-steps").open).toBe(true);
    expect(titles(all(".copilot-steps > .copilot-tool"))).not.toContain("t0");
  });
});

describe("the steps of a sub-agent", () => {
  const nested = (id, more = {}) => tool(id, { agent: "scout", ...more });
  const asked = (id, call) => ({ id, kind: "permission", subject: "shell", state: "answered", answer: "Allowed once", by: "you", tool_call_id: call, heading: "?", body: "", intention: "", place: "", diff: "", warnings: [], effects: [], choices: [] });

  it("fold into one line of its own, but for the one that runs", () => {
    const { one, all } = show([tool("task"), nested("a"), nested("b", { state: "failed" }), nested("c"), nested("d", { state: "running" })]);

    const fold = one(".copilot-steps");

    expect(fold.querySelector("summary").textContent).toBe("3 steps of scout · 1 failed or denied");
    expect(fold.classList.contains("copilot-nested")).toBe(true);
    expect(titles(all(".copilot-blocks > .copilot-tool"))).toEqual(["task", "d"]);
  });

  it("take along what was asked on the way", () => {
    const { one, all } = show([nested("a"), asked("p", "a"), nested("b"), nested("c"), asked("q", "x"), text("t"), nested("d")]);

    expect(all(".copilot-steps")).toHaveLength(1);
    expect(one(".copilot-steps .copilot-request")).not.toBeNull();
    expect(titles(all(".copilot-blocks > .copilot-tool"))).toEqual(["d"]);
  });

  it("of two sub-agents are two lines", () => {
    const other = (id) => tool(id, { agent: "critic" });
    const { texts } = show([nested("a"), nested("b"), nested("c"), other("d"), other("e"), other("f")]);

    expect(texts(".copilot-steps > summary")).toEqual(["3 steps of scout", "3 steps of critic"]);
  });

  it("become earlier steps in a long turn, in order and with nothing lost", () => {
    const blocks = [tool("task"), nested("a"), nested("b"), nested("c")];
    const { say, all, texts } = show(blocks);
    const before = texts(".copilot-steps > summary");

    say(...tools(MANY).map((call) => ["add", call.id, call]));

    expect(before).toEqual(["3 steps of scout"]);
    expect(texts(".copilot-steps > summary")).toEqual(["10 earlier steps"]);
    expect(titles(all(".copilot-blocks .copilot-tool"))).toEqual(["task", "a", "b", "c", ...tools(MANY).map(({ id }) => id)]);
  });

  it("join when the one between them ends", () => {
    const late = nested("d", { state: "running" });
    const { say, all, texts } = show([..."abc"].map((id) => nested(id)).concat(late, [..."efg"].map((id) => nested(id))));
    const before = texts(".copilot-steps > summary");

    say(["set", "d", { state: "ok" }]);

    expect(before).toEqual(["3 steps of scout", "3 steps of scout"]);
    expect(texts(".copilot-steps > summary")).toEqual(["7 steps of scout"]);
    expect(titles(all(".copilot-steps > .copilot-tool"))).toEqual([..."abcdefg"]);
  });
});

describe("a block that goes away", () => {
  it("leaves the page, and one that comes again stands at the end", () => {
    const { say, all } = show([text("a"), text("b"), text("c")]);

    say(["del", "a"], ["del", "c"], ["add", "a", text("a")]);

    expect(all(".copilot-text").map((node) => node.textContent)).toEqual(["answer b", "answer a"]);
  });
});

describe("the line to a running turn", () => {
  it("is there while the turn works, without taking the focus", () => {
    const { one, say } = show([]);
    expect(one(".copilot-say").hidden).toBe(false);
    expect(document.activeElement).toBe(document.body);

    say(["add", "p", QUESTION]);
    expect(one(".copilot-say").hidden).toBe(true);
    say(["set", "p", { state: "answered" }]);
    expect(one(".copilot-say").hidden).toBe(false);

    say(["head", { state: "done" }]);
    expect(one(".copilot-status").hidden).toBe(true);
    expect(show([], { state: "waiting" }).one(".copilot-say").hidden).toBe(true);
  });

  it("keeps what was begun, and shows its buttons with the first letter", () => {
    const { one, say, sync } = show([]);
    const field = one(".copilot-say-field");
    const shown = () => [...one(".copilot-say").querySelectorAll("button")].map((node) => !node.hidden);
    expect(shown()).toEqual([false, false]);

    field.value = "use polars";
    field.dispatchEvent(new Event("input"));
    say(["add", "p", QUESTION]);

    expect(shown()).toEqual([true, true]);
    expect(one(".copilot-say").hidden).toBe(false);
    expect(sync.store.draft("say")).toBe("use polars");
  });

  it("sends nothing that no person typed", () => {
    const { one, model } = show([]);
    const field = one(".copilot-say-field");
    field.value = "rm -r /";
    field.dispatchEvent(new Event("input"));

    field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
    one(".copilot-say button").click();

    expect(model.sentOf("act")).toEqual([]);
    expect(field.value).toBe("rm -r /");
  });
});

describe("what runs", () => {
  it("turns slowly, and stops with its view", () => {
    const { one, dispose } = show([tool("t", { state: "running" })]);
    const mark = one(".copilot-tool .copilot-icon-running");

    vi.advanceTimersByTime(250);
    const turned = mark.style.transform;
    dispose();
    vi.advanceTimersByTime(1000);

    expect(turned).toMatch(/^rotate\(\d+deg\)$/);
    expect(mark.style.transform).toBe(turned);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("the footer", () => {
  it("says what the turn cost and what it sent", () => {
    const usage = { input_tokens: 1500, cached_tokens: 1200, output_tokens: 7, context_tokens: 30, context_limit: 100, credits: 1.5, cost: 1 };
    const { all } = show([], { state: "stopped", model: "m", usage, seconds: 2, sent: "index (31 names)" });

    expect(all(".copilot-footer > span").map((part) => part.textContent)).toEqual([
      "Stopped",
      "m",
      "1,500 tokens in (1,200 cached), 7 out",
      "context 30%",
      "1.5 AI credits",
      "1 premium request",
      "2.0 s",
      "Sent: index (31 names)",
    ]);
  });
});

describe("a turn whose kernel is gone", () => {
  it("is put into the document as it stands, without controls and foreign pictures", () => {
    const widget = { "application/vnd.jupyter.widget-view+json": { model_id: "M" }, "text/html": "<style>p{}</style><p>old</p>" };
    const outputs = [{ data: widget }];
    const list = { length: 1, get: (at) => outputs[at], set: (at, value) => (outputs[at] = value) };
    const { model, one } = show([text("a"), tool("t", { state: "running" }), { id: "q", ...QUESTION }]);
    model.widget_manager = { context: { model: { cells: [{ outputs: list }] } } };
    model.says({ k: "ok", e: "E", n: 0, mid: "M" });
    const foreign = document.createElement("img");
    foreign.src = "https://example.org/x.png";
    one(".copilot-text").append(foreign);

    model.tells("comm_live_update");
    vi.advanceTimersByTime(2100);

    const { "text/html": html, "text/plain": plain } = outputs[0].data;
    expect(html).toMatch(/^<style>p\{\}<\/style>\n<div class="copilot-static">/);
    expect(html).toContain("answer a");
    expect(html).toContain("The kernel ended before this turn did.");
    expect(html).not.toMatch(/<button|<textarea|<svg|example\.org|Tell it something|aria-|tabindex/);
    expect(plain).toMatch(/^answer a\n\n> ◌ bash t stopped\n\n> ◌ Not answered — Which\?\n\n> The kernel ended/);
  });
});
