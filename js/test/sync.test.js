import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { isLost } from "../src/lost.js";
import { CONFIRM_MS } from "../src/store.js";
import { connect } from "../src/sync.js";
import { FakeModel, delta, snapshot } from "./model.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const REQUEST = { id: "p", kind: "permission", heading: "Run?", state: "open", choices: [] };

describe("ready", () => {
  it("is said again with growing pauses until the kernel answers", () => {
    const model = new FakeModel(snapshot());
    const sync = connect(model);

    sync.ready();
    vi.advanceTimersByTime(1000);
    expect(model.sentOf("ready")).toHaveLength(3);

    model.says({ k: "ok", e: "E", n: 0 });
    vi.advanceTimersByTime(60_000);
    expect(model.sentOf("ready")).toHaveLength(3);
  });

  it("is given up when nobody answers", () => {
    const model = new FakeModel(snapshot());
    connect(model).ready();

    vi.advanceTimersByTime(600_000);

    expect(model.sentOf("ready")).toHaveLength(8);
  });

  it("names the page and what it has", () => {
    const model = new FakeModel(snapshot([], {}, 4));
    connect(model).ready();

    expect(model.sent[0]).toMatchObject({ k: "ready", v: 1, e: "E", have: 4, page: expect.any(String) });
  });
});

describe("a gap", () => {
  it("leads to one question, repeated until a snapshot comes", () => {
    const model = new FakeModel(snapshot());
    const sync = connect(model);

    model.says(delta(2, ["head", { status: "late" }]));
    model.says(delta(3, ["head", { status: "later" }]));
    expect(model.sentOf("sync")).toEqual([{ k: "sync", e: "E", have: 0 }]);

    vi.advanceTimersByTime(600);
    expect(model.sentOf("sync")).toHaveLength(2);

    model.says({ k: "s", ...snapshot([], { status: "later" }, 3) });
    vi.advanceTimersByTime(60_000);
    expect(model.sentOf("sync")).toHaveLength(2);
    expect(sync.page().head.status).toBe("later");
  });

  it("at the very end shows when the kernel answers ready", () => {
    const model = new FakeModel(snapshot());
    connect(model).ready();

    model.says({ k: "ok", e: "E", n: 5 });
    vi.advanceTimersByTime(300);

    expect(model.sentOf("sync")).toHaveLength(1);
  });
});

describe("the state that the front end pushes after a reconnect", () => {
  it("is taken as a snapshot", () => {
    const model = new FakeModel(snapshot());
    const sync = connect(model);

    model.updates(snapshot([{ id: "a", kind: "text", text: "x" }], {}, 9));

    expect(sync.page().seq).toBe(9);
  });
});

describe("an answer", () => {
  it("is sent once, and is on its way until the kernel has it", () => {
    const model = new FakeModel(snapshot([REQUEST]));
    const sync = connect(model);

    sync.answer("p", { choice: "allow_once" });
    sync.answer("p", { choice: "deny" });
    expect(model.sentOf("answer")).toEqual([{ k: "answer", id: "p", v: { choice: "allow_once" } }]);
    expect(sync.store.sending("p")).toBe("sending");

    model.says(delta(1, ["set", "p", { state: "answered", answer: "Allowed once" }]));
    expect(sync.store.sending("p")).toBe("");
  });

  it("that nobody confirms can be given again", () => {
    const model = new FakeModel(snapshot([REQUEST]));
    const sync = connect(model);
    const told = vi.fn();
    sync.subscribe(told);

    sync.answer("p", { choice: "allow_once" });
    vi.advanceTimersByTime(CONFIRM_MS);
    expect(sync.store.sending("p")).toBe("unconfirmed");
    expect(told).toHaveBeenLastCalledWith(new Set(["p"]));

    sync.answer("p", { choice: "allow_once" });
    expect(model.sentOf("answer")).toHaveLength(2);
  });
});

describe("an act", () => {
  it("is sent by its name", () => {
    const model = new FakeModel(snapshot());

    connect(model).act("undo", { tool_call_id: "t" });

    expect(model.sent).toEqual([{ k: "act", a: "undo", v: { tool_call_id: "t" } }]);
  });

  it("that asks for more gets it for its block", () => {
    const model = new FakeModel(snapshot());
    const sync = connect(model);
    const told = vi.fn();
    sync.subscribe(told);
    expect(sync.store.whole("t")).toBeUndefined();

    model.says({ k: "whole", id: "t", text: "all of it" });

    expect(sync.store.whole("t")).toBe("all of it");
    expect(told).toHaveBeenLastCalledWith(new Set(["t"]));
  });
});

describe("freeze", () => {
  it("puts the stored form where the widget stood", () => {
    const widget = { "application/vnd.jupyter.widget-view+json": { model_id: "M" } };
    const outputs = [{ data: { "text/plain": "x" } }, { data: widget }];
    const list = { length: 2, get: (at) => outputs[at], set: (at, value) => (outputs[at] = value) };
    const manager = { context: { model: { cells: [{ outputs: undefined }, { outputs: list }] } } };
    const model = new FakeModel(snapshot(), { widget_manager: manager });
    connect(model);

    model.says({ k: "freeze", mid: "M", data: { "text/html": "<p>done</p>" } });

    expect(outputs[1]).toEqual({ output_type: "display_data", data: { "text/html": "<p>done</p>" }, metadata: {} });
    expect(model.sentOf("ended")).toHaveLength(1);
  });

  it("tells the kernel that it heard of the end", () => {
    const model = new FakeModel(snapshot());
    connect(model);

    model.says({ k: "end" });

    expect(model.sentOf("ended").map(({ page }) => typeof page)).toEqual(["string"]);
  });

  it("does no harm where there is no notebook model", () => {
    const model = new FakeModel(snapshot());
    connect(model);

    expect(() => model.says({ k: "freeze", mid: "M", data: {} })).not.toThrow();
  });
});

describe("a kernel that is gone", () => {
  const turn = () => snapshot([{ id: "a", kind: "text", text: "so far", closed: false }, REQUEST]);

  it("is asked once, and ends the turn when it says nothing", () => {
    const model = new FakeModel(turn());
    const sync = connect(model);

    model.tells("comm_live_update");
    expect(model.sentOf("sync")).toHaveLength(1);
    vi.advanceTimersByTime(2000);

    const { head, blocks } = sync.page();
    expect(head.state).toBe("failed");
    expect(blocks.map(({ kind, state }) => state ?? kind)).toEqual(["text", "cancelled", "error"]);
    expect(isLost(sync.page())).toBe(true);
  });

  it("that answers is not gone, and one whose turn is over is not asked", () => {
    const model = new FakeModel(turn());
    const sync = connect(model);
    model.tells("comm_live_update");
    model.says(delta(1, ["head", { status: "here" }]));
    vi.advanceTimersByTime(5000);
    expect(isLost(sync.page())).toBe(false);

    model.says(delta(2, ["head", { state: "done" }]));
    model.tells("comm_live_update");
    vi.advanceTimersByTime(5000);
    expect(isLost(sync.page())).toBe(false);
  });

  it("is noticed by the kernel's status, too", () => {
    const heard = [];
    const statusChanged = { connect: (listener) => heard.push(listener), disconnect: () => heard.splice(0) };
    const model = new FakeModel(turn(), { widget_manager: { context: { sessionContext: { statusChanged } } } });
    const sync = connect(model);

    heard[0](null, "busy");
    expect(model.sentOf("sync")).toHaveLength(0);
    heard[0](null, "autorestarting");
    vi.advanceTimersByTime(2000);

    expect(isLost(sync.page())).toBe(true);
    expect(heard).toEqual([]);
  });
});
