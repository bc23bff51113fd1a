// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { diffView } from "../src/diff.js";
import { show, useStage } from "./show.js";

vi.mock("../src/a11y.js", async (original) => ({ ...(await original()), deliberate: () => () => true }));
useStage({ beforeEach, afterEach });

const tool = (more = {}) => [{ id: "t", kind: "tool", name: "run_code", title: "x", arguments: "x", language: "python", state: "ok", output: "", outputs: [], ...more }];
const open = (page) => {
  page.one("details").open = true;
  page.one("details").dispatchEvent(new Event("toggle"));
};

describe("what code changed", () => {
  it("is listed, and can be taken back once", () => {
    const { one, texts, named, model, say, said } = show(tool({ changes: ["`df` 9 → 8 rows", "+ `gaps`"], undo: "offered" }));
    expect(texts(".copilot-changes li")).toEqual(["df 9 → 8 rows", "+ gaps"]);
    expect(texts(".copilot-changes code")).toEqual(["df", "gaps"]);

    named("Undo").click();
    expect(model.sentOf("act")).toEqual([{ k: "act", a: "undo", v: { tool_call_id: "t" } }]);
    expect(named("Taking back…").disabled).toBe(true);

    say(["set", "t", { undo: "done" }]);
    expect(one(".copilot-changes").textContent).toContain("Taken back.");
    expect(one(".copilot-changes button").hidden).toBe(true);
    expect(said()).toContain("The changes were taken back");
  });

  it("can be asked for again when the kernel does not answer", () => {
    const { named } = show(tool({ changes: ["x"], undo: "offered" }));
    named("Undo").click();

    vi.advanceTimersByTime(6000);

    expect(named("Undo").disabled).toBe(false);
  });

  it("takes no room when nothing was", () => {
    expect(show(tool()).one(".copilot-changes").hidden).toBe(true);
  });
});

describe("cut output", () => {
  it("comes whole when it is asked for", () => {
    const page = show(tool({ output: "one\n…", cut: 1200 }));
    open(page);

    page.named("Show all (1,205 characters)").click();
    expect(page.model.sentOf("act")).toEqual([{ k: "act", a: "more", v: { id: "t" } }]);

    page.model.says({ k: "whole", id: "t", text: "one\ntwo\nthree" });
    vi.advanceTimersByTime(50);

    expect(page.one(".copilot-tool-output").textContent).toBe("one\ntwo\nthree");
    expect(page.named("Show all")?.parentNode.hidden ?? true).toBe(true);
  });
});

describe("a call", () => {
  it("shows the end of what the model writes while it writes", () => {
    const { one, say } = show(tool({ state: "pending", arguments: "import os\nos.li" }));
    expect(one(".copilot-tail").textContent).toBe("os.li");

    say(["txt", "t", "arguments", "stdir()"]);
    expect(one(".copilot-tail").textContent).toBe("os.listdir()");
  });

  it("of a sub-agent stands inside, with its name", () => {
    const { one } = show(tool({ agent: "scout" }));

    expect(one(".copilot-tool").classList.contains("copilot-nested")).toBe(true);
    expect(one(".copilot-agent").textContent).toBe("scout");
  });

  it("says how far it is", () => {
    expect(show(tool({ state: "running", progress: "3 of 8" })).one(".copilot-state").textContent).toBe("3 of 8");
  });
});

describe("what there is more to say", () => {
  it.each([
    ["a notice", { kind: "notice", text: "Shorter now.", level: "info", details: "old\u001b[1m text" }],
    ["an error", { kind: "error", message: "No.", hint: "", details: "old\u001b[1m text" }],
  ])("is folded below %s", (_, block) => {
    const { one } = show([{ id: "n", ...block }]);

    expect(one(".copilot-fold").open).toBe(false);
    expect(one(".copilot-fold pre").textContent).toBe("old text");
  });
});

describe("a diff", () => {
  const marks = (text) => [...diffView(text).querySelectorAll("mark")].map((node) => node.textContent);

  it.each([
    ["words that came", "-load(path)\n+load(path, fill=True)", [", fill=True"]],
    ["words that went", "-a = b.strip().lower()\n+a = b.lower()", ["strip()."]],
    ["nothing where all is new", "-alpha beta\n+x = 1", []],
    ["nothing where the counts differ", "-a b c\n-d\n+a b x", []],
    ["nothing in lines without end", `-${"a ".repeat(400)}\n+${"a ".repeat(400)}b`, []],
    ["each pair of a run", "-a = 1\n-b = 1\n+a = 2\n+b = 3", ["1", "1", "2", "3"]],
  ])("marks %s", (_, text, wanted) => expect(marks(text)).toEqual(wanted));

  it("folds long runs of what stays, and nothing that changes", () => {
    const same = Array.from({ length: 30 }, (_, at) => ` line ${at}`).join("\n");
    const view = diffView(`@@ -1 +1 @@\n${same}\n-a\n+b\n${"+c\n".repeat(200)}`, { whole: true });

    expect([...view.querySelectorAll("summary")].map((node) => node.textContent)).toEqual(["24 unchanged lines"]);
    expect(view.querySelector("details [data-kind=added]")).toBeNull();
    expect(view.textContent).toContain("line 15");
  });

  it("that nobody decides about shows its beginning", () => {
    const view = diffView("+c\n".repeat(300));

    expect(view.querySelector("summary").textContent).toBe("180 more lines");
    expect(view.querySelectorAll("details > .copilot-diff-line")).toHaveLength(180);
  });
});
