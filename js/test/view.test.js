// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { mounted, show, useStage } from "./show.js";

const CHOICES = [
  { id: "allow_once", label: "Allow once", key: "y", style: "primary" },
  { id: "deny", label: "Deny", key: "n", style: "danger" },
];
const permission = (id, more = {}) => ({
  id,
  kind: "permission",
  heading: "Run a command?",
  body: `echo ${id}`,
  language: "bash",
  intention: "",
  place: "",
  diff: "",
  warnings: [],
  choices: CHOICES,
  state: "open",
  answer: "",
  by: "",
  ...more,
});
const tool = (id, more = {}) => ({ id, kind: "tool", name: "bash", title: "ls", arguments: "ls", language: "bash", state: "running", output: "", outputs: [], ...more });

useStage({ beforeEach, afterEach });

describe("a turn", () => {
  it("grows block by block", () => {
    const { say, one } = show([]);

    say(["add", "a", { kind: "text", text: "hello", closed: false }]);
    say(["txt", "a", "text", " world"]);

    expect(one(".copilot-text").textContent).toBe("hello world");
  });

  it("shows what goes on, and at its end what it cost", () => {
    const { say, one } = show([]);
    expect(one(".copilot-status").textContent).toContain("Working");

    say(["head", { state: "done", status: "", model: "m", usage: { input_tokens: 1500, output_tokens: 7, context_tokens: 10, context_limit: 100 }, seconds: 71 }]);

    expect(one(".copilot-status").hidden).toBe(true);
    expect([...one(".copilot-footer").children].map((part) => part.textContent)).toEqual(["m", "1,500 tokens in, 7 out", "context 10%", "1 min 11 s"]);
  });

  it("carries its label", () => {
    expect(show([], { label: "demo model" }).one(".copilot-label").textContent).toBe("demo model");
    expect(show([]).one(".copilot-label").hidden).toBe(true);
  });

  it("looks the same in a second view", () => {
    const { sync, el } = show([permission("p"), tool("t")]);
    const other = document.body.appendChild(document.createElement("div"));
    mounted(other, sync);
    vi.advanceTimersByTime(50);

    const bare = (node) => node.querySelector(".copilot-blocks").innerHTML.replace(/copilot-panel-\d+/g, "");
    expect(bare(other)).toBe(bare(el));
  });

  it("says each final block once, and no half-written one", () => {
    const { say, one } = show([]);
    const said = () => [...one("[role=log]").children].map((line) => line.textContent);

    say(["add", "a", { kind: "text", text: "one\n\ntwo\n\nthr", closed: false }]);
    expect(said()).toEqual(["one"]);
    say(["set", "a", { closed: true }]);

    expect(said()).toEqual(["one", "two", "thr"]);
  });
});

describe("reasoning", () => {
  it("is rendered when it is first opened", () => {
    const { one } = show([{ id: "r", kind: "reasoning", text: "why", closed: true, seconds: 4 }]);
    expect(one(".copilot-reasoning-text").textContent).toBe("");
    expect(one(".copilot-reasoning summary").textContent).toBe("Thought for 4.0 s");

    one(".copilot-reasoning").open = true;
    one(".copilot-reasoning").dispatchEvent(new Event("toggle"));

    expect(one(".copilot-reasoning-text").textContent).toBe("why");
  });
});

describe("a tool call", () => {
  it("says its state in words", () => {
    const { say, one } = show([tool("t")]);
    expect(one(".copilot-state").textContent).toBe("running");

    say(["set", "t", { state: "failed", seconds: 0.5, error: "no" }]);

    expect(one(".copilot-state").textContent).toBe("failed · 0.5 s");
    expect(one(".copilot-icon-failed")).not.toBeNull();
  });

  it("shows what a running program wrote last", () => {
    const { one, say } = show([tool("t", { output: "one\ntwo\n" })]);
    expect(one(".copilot-tail").textContent).toBe("two");

    say(["set", "t", { state: "ok" }]);
    expect(one(".copilot-tail").textContent).toBe("");
  });

  it("keeps outputs that are there when more come", () => {
    const { say, all } = show([tool("t", { outputs: [{ kind: "text", text: "1" }] })]);
    say(["out", "t", 1, { kind: "text", text: "2" }]);
    const [first, second] = all(".copilot-output");

    say(["more", "t", 1, "3"]);

    expect(all(".copilot-output").map((node) => node.textContent)).toEqual(["1", "23"]);
    expect(all(".copilot-output")[0]).toBe(first);
    expect(all(".copilot-output")[1]).toBe(second);
  });

  it("shows terminal text without its control sequences", () => {
    const { one } = show([tool("t", { output: "\u001b[31mred\u001b[0m\r\n10 %\r100 %\n" })]);

    one("details").open = true;
    one("details").dispatchEvent(new Event("toggle"));

    expect(one(".copilot-tool-output").textContent).toBe("red\n100 %\n");
  });
});

describe("a permission panel", () => {
  it("shows one request at a time, and how many wait", () => {
    const { one, all, say } = show([permission("p1"), permission("p2"), permission("p3")]);
    expect(all(".copilot-request[data-state=asking]")).toHaveLength(1);
    expect(one(".copilot-chip").textContent).toBe("2 more waiting");

    say(["set", "p1", { state: "answered", answer: "Allowed once", by: "you" }]);

    const [first, second] = all(".copilot-request");
    expect(first.querySelector("summary").textContent).toBe("Allowed onceyouecho p1");
    expect(second.dataset.state).toBe("asking");
    expect(second.querySelector(".copilot-chip").textContent).toBe("1 more waiting");
  });

  it("ignores clicks and keys that no person made", () => {
    const { model, one } = show([permission("p")]);
    vi.advanceTimersByTime(5000);

    one(".copilot-primary").click();
    one(".copilot-permission").dispatchEvent(new KeyboardEvent("keydown", { code: "KeyY", altKey: true, bubbles: true }));

    expect(model.sentOf("answer")).toEqual([]);
  });

  it("rests while an answer is on its way, and comes back when nobody confirms", () => {
    const { sync, one, all } = show([permission("p")]);
    const disabled = () => all(".copilot-permission button").map((node) => node.disabled);

    sync.answer("p", { choice: "allow_once" });
    vi.advanceTimersByTime(50);
    expect(disabled()).toEqual([true, true]);
    expect(one(".copilot-note").textContent).toBe("Sending…");

    vi.advanceTimersByTime(6000);
    expect(disabled()).toEqual([false, false]);
    expect(one(".copilot-note").textContent).toContain("not confirmed");
  });

  it("takes the focus to its heading, but not from somebody who types", () => {
    const { one } = show([permission("p")]);
    expect(document.activeElement).toBe(one(".copilot-request-heading"));

    const field = document.body.appendChild(document.createElement("textarea"));
    field.focus();
    show([permission("q")]);

    expect(document.activeElement).toBe(field);
  });

  it("moves to its tool call when it is answered", () => {
    const { one, say } = show([tool("t"), permission("p", { tool_call_id: "t" })]);
    expect(one(".copilot-tool .copilot-permission")).toBeNull();

    say(["set", "p", { state: "answered", answer: "Denied", by: "a rule" }]);

    expect(one(".copilot-tool .copilot-permission").textContent).toContain("Denied");
  });

  it("says added and removed lines in words", () => {
    const { all } = show([permission("p", { body: "", diff: "@@ -1 +1 @@\n-a\n+b\n c" })]);

    expect(all(".copilot-diff-line").map((line) => line.textContent)).toEqual(["@@ -1 +1 @@", "removed: -a", "added: +b", " c"]);
  });
});

describe("a diff", () => {
  it("marks what differs in a changed line", () => {
    const { all } = show([permission("p", { body: "", diff: "-df = df.dropna()\n+df = df.fillna(0)\n-a\n-b\n+c" })]);

    expect(all("mark").map((node) => node.textContent)).toEqual(["dropna", "fillna", "0"]);
  });
});

describe("a diff that somebody decides about", () => {
  const HEAD = "diff --git a/x b/x\nindex 0..0\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n";

  it("takes no changed line for a header", () => {
    const { all, one } = show([permission("p", { body: "", diff: `${HEAD}--- gone\n+++ i, evil();` })]);

    expect(all(".copilot-diff-line").map((line) => line.dataset.kind).slice(-2)).toEqual(["removed", "added"]);
    expect(one(".copilot-counts").textContent).toBe("+1−1");
  });

  it("is all there, however long", () => {
    const { one } = show([permission("p", { body: "", diff: `${HEAD}${"+x\n".repeat(4000)}+evil()` })]);

    expect(one(".copilot-diff").textContent).toMatch(/\+evil\(\)$/);
    expect(one(".copilot-request").textContent).toContain("4006 lines; scroll to read all of them");
  });
});

describe("a tool call that waits for an answer", () => {
  it("says so until the answer is there", () => {
    const { one, say } = show([tool("t"), permission("p", { tool_call_id: "t" })]);
    expect(one(".copilot-tool .copilot-state").textContent).toBe("waiting for you");

    say(["set", "p", { state: "answered", answer: "Allowed once", by: "you" }]);

    expect(one(".copilot-tool .copilot-state").textContent).toBe("running");
  });
});

describe("a question", () => {
  it("offers its choices and a field, unless only choices are allowed", () => {
    const question = { kind: "user_input", question: "Which?", choices: ["a", "b"], state: "open", answer: "", by: "" };
    const { all } = show([{ id: "q", ...question, allow_freeform: true }]);
    expect(all(".copilot-choice").map((node) => node.lastChild.textContent)).toEqual(["a", "b"]);
    expect(all(".copilot-request textarea")).toHaveLength(1);

    expect(show([{ id: "q", ...question, allow_freeform: false }]).all(".copilot-request textarea")).toHaveLength(0);
  });
});

describe("keys", () => {
  it("without Ctrl or Cmd stay inside", () => {
    const { one } = show([permission("p")]);
    const heard = [];
    document.body.addEventListener("keydown", (event) => heard.push(event.key));

    for (const init of [{ key: "b" }, { key: "Enter" }, { key: "Escape", ctrlKey: true }, { key: "Enter", ctrlKey: true }, { key: "s", ctrlKey: true }]) {
      one(".copilot-button").dispatchEvent(new KeyboardEvent("keydown", { ...init, bubbles: true }));
    }

    expect(heard).toEqual(["s"]);
  });

  it("Escape lets go of the focus", () => {
    const { one } = show([permission("p")]);
    one(".copilot-button").focus();

    one(".copilot-button").dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));

    expect(document.activeElement).toBe(document.body);
  });
});
