// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { press, show, useStage, write } from "./show.js";

vi.mock("../src/a11y.js", async (original) => ({ ...(await original()), deliberate: () => () => true }));
useStage({ beforeEach, afterEach });

const CHOICES = [
  { id: "allow_once", label: "Run", key: "y", style: "primary", asks_feedback: false },
  { id: "deny", label: "Deny", key: "n", style: "", asks_feedback: false },
  { id: "deny_feedback", label: "Deny and say why", key: "w", style: "", asks_feedback: true },
];
const request = { state: "open", answer: "", by: "", choices: CHOICES };
const code = (more = {}) => [
  { id: "p", kind: "permission", heading: "Run?", body: "x = 1", language: "python", intention: "", place: "", diff: "", warnings: [], effects: [], editable: true, time_limit: null, ...request, ...more },
];
const plan = (more = {}) => [{ id: "p", kind: "plan", summary: "Short.", plan: "1. one\n2. two", ...request, ...more }];
const edit = (page) => {
  page.named("Edit").click();
  return page.one("textarea");
};

describe("code that may be edited", () => {
  it("runs as it is shown: the answer carries what was changed", () => {
    const page = show(code());
    write(edit(page), "x = 2");
    page.named("Done").click();
    expect(page.one("pre").textContent).toBe("x = 2");

    page.named("Run").click();

    expect(page.answers()).toEqual([{ choice: "allow_once", body: "x = 2" }]);
  });

  it.each([
    ["nothing when nothing was changed", "x = 1", "Run", [{ choice: "allow_once" }]],
    ["nothing with a no", "x = 2", "Deny", [{ choice: "deny" }]],
    ["nothing at all when no code is left", " \n", "Run", []],
  ])("carries %s", (_, text, button, answers) => {
    const page = show(code());
    write(edit(page), text);

    page.named(button).click();

    expect(page.answers()).toEqual(answers);
  });

  it("goes back to the agent's text", () => {
    const page = show(code());
    expect(page.named("Back to").hidden).toBe(true);
    write(edit(page), "x = 2");
    expect(page.one(".copilot-edit-tools").textContent).toContain("Changed by you: this is what runs.");

    page.named("Back to").click();

    expect(page.one("pre").textContent).toBe("x = 1");
    expect(page.named("Back to").hidden).toBe(true);
  });

  it("says what cannot be seen in it", () => {
    const page = show(code());
    write(edit(page), "x = 2 #\u202e");
    page.named("Done").click();

    expect(page.one("pre").textContent).toBe("x = 2 #⟨U+202E⟩");
    expect(page.one(".copilot-edit-tools").textContent).toContain("invisible characters");
  });

  it("is indented by Tab, left by Shift+Tab, Escape and Ctrl+Enter", () => {
    const page = show(code({ body: "pass" }));
    const field = edit(page);
    field.setSelectionRange(0, 0);

    expect(press(field, "Tab").defaultPrevented).toBe(true);
    expect(field.value).toBe("    pass");
    expect(press(field, "Tab", { shiftKey: true }).defaultPrevented).toBe(false);

    press(field, "Enter", { ctrlKey: true });
    expect(document.activeElement).toBe(page.named("Edit"));
    expect(page.one("pre").textContent).toBe("    pass");
  });

  it("takes letters as letters, not as shortcuts", () => {
    const page = show(code());

    press(edit(page), "y", { code: "KeyY", altKey: true });
    expect(page.answers()).toEqual([]);

    press(page.named("Deny"), "y", { code: "KeyY", altKey: true });
    expect(page.answers()).toEqual([{ choice: "allow_once" }]);
  });

  it("is not offered for editing unless it may be", () => {
    expect(show(code({ editable: false })).named("Edit")).toBeUndefined();
  });

  it("stays as it is typed when a time limit comes", () => {
    const page = show(code());
    const field = edit(page);

    page.say(["set", "p", { time_limit: 30 }]);

    expect(page.one("textarea")).toBe(field);
    expect(page.one(".copilot-countdown").hidden).toBe(false);
  });
});

describe("consequences", () => {
  const effects = [
    { kind: "reads", text: "`a`" },
    { kind: "deletes", text: "`df`" },
    { kind: "reads", text: "`b`" },
    { kind: "unknown", text: "exec" },
  ];

  it("stand in the order of their weight, each kind once", () => {
    const { texts, one } = show(code({ effects }));

    expect(texts(".copilot-effects > li")).toEqual(["Deletesdf", "Readsa, b"]);
    expect(one(".copilot-effects code").textContent).toBe("df");
  });

  it("are those of the agent's text, which is said once it was changed", () => {
    const page = show(code({ effects }));
    const stale = page.all(".copilot-caption").at(-1);
    expect(stale.hidden).toBe(true);

    write(edit(page), "x = 2");

    expect(stale.hidden).toBe(false);
    expect(stale.textContent).toBe("This is about the agent’s text, not about yours.");
  });

  it("that are not known are a warning", () => {
    expect(show(code({ effects })).texts(".copilot-warning")).toEqual(["Could not be analysed: exec. It may do more than is listed."]);
  });
});

describe("a time limit", () => {
  it("is counted by the second and said once", () => {
    const { one, said } = show(code({ time_limit: 65 }));
    expect(one(".copilot-countdown").textContent).toBe("Declined by itself in 1 min 5 s");

    vi.advanceTimersByTime(57_000);

    expect(one(".copilot-countdown").textContent).toBe("Declined by itself in 8 s");
    expect(one(".copilot-countdown").dataset.state).toBe("late");
    expect(said()).toEqual(["Declined by itself in 1 min 5 s"]);
    expect(one(".copilot-countdown").getAttribute("aria-live")).toBe("off");
  });

  it("runs while the request waits its turn", () => {
    const [first] = code();
    const [second] = code({ time_limit: 60 });
    const { say, all } = show([{ ...first, id: "a" }, { ...second, id: "b" }]);
    vi.advanceTimersByTime(20_000);

    say(["set", "a", { state: "answered", answer: "Denied", by: "you" }]);

    expect(all(".copilot-countdown").at(-1).textContent).toBe("Declined by itself in 40 s");
  });

  it("leaves no clock behind", () => {
    const { say } = show(code({ time_limit: 60 }));
    const before = vi.getTimerCount();

    say(["set", "p", { state: "answered", answer: "Denied", by: "a time limit" }]);

    expect(vi.getTimerCount()).toBeLessThan(before);
  });
});

describe("a number that a choice wants", () => {
  it("is asked for as such", () => {
    const choices = [{ id: "add", label: "Allow more AI credits", key: "a", style: "", asks_feedback: true }];
    const { named, one, answers } = show(code({ body: "", choices }));

    named("Allow more").click();
    expect(one(".copilot-field-row textarea").placeholder).toBe("Such as 100");
    write(one(".copilot-field-row textarea"), "50");
    named("Send").click();

    expect(answers()).toEqual([{ choice: "add", feedback: "50" }]);
  });
});

describe("a reason for a no", () => {
  it("is asked for, kept, and sent with the choice", () => {
    const { named, answers, one } = show(code());

    named("Deny and say why").click();
    write(one(".copilot-field-row textarea"), "too slow");
    press(one(".copilot-field-row textarea"), "Enter");

    expect(answers()).toEqual([{ choice: "deny_feedback", feedback: "too slow" }]);
  });
});

describe("a plan", () => {
  const choices = [
    { id: "approve", label: "Approve", key: "y", style: "primary", asks_feedback: false },
    { id: "reject", label: "Reject", key: "w", style: "", asks_feedback: true },
  ];

  it("is drawn, edited, and approved as edited", () => {
    const page = show(plan({ choices }));
    expect(page.texts(".copilot-plan-text li")).toEqual(["one", "two"]);
    write(edit(page), "1. three");
    page.named("Done").click();
    expect(page.texts(".copilot-plan-text li")).toEqual(["three"]);

    page.named("Approve").click();

    expect(page.answers()).toEqual([{ choice: "approve", plan: "1. three" }]);
  });

  it("is rejected with a reason", () => {
    const page = show(plan({ choices }));

    page.named("Reject").click();
    write(page.one(".copilot-field-row textarea"), "smaller steps");
    press(page.one(".copilot-field-row textarea"), "Enter");

    expect(page.answers()).toEqual([{ choice: "reject", feedback: "smaller steps" }]);
  });

  it("that was judged folds behind the judgement", () => {
    const { one } = show(plan({ state: "answered", answer: "Rejected: smaller", by: "you" }));

    expect(one("summary").textContent).toBe("Rejected: smalleryouShort.");
    expect(one("summary").dataset.mark).toBe("denied");
    expect(one("details .copilot-plan-text").textContent).toContain("two");
  });
});

describe("a sign-in", () => {
  const signIn = (more = {}) => [{ id: "s", kind: "sign_in", host: "github.com", url: "https://github.com/login/device", code: "AB-12", ...request, ...more }];

  it("shows the code, where to type it, and lets go", () => {
    const { one, named, answers, alerts } = show(signIn());
    expect(one(".copilot-big-code").textContent).toBe("AB-12");
    expect(one("a").href).toBe("https://github.com/login/device");
    expect(alerts()).toEqual(["Sign in to github.com: enter the code A B - 1 2"]);

    named("Cancel").click();

    expect(answers()).toEqual([{ action: "cancel" }]);
  });

  it("copies the code where the clipboard is not open to pages", async () => {
    const { named, one } = show(signIn());
    const copied = [];
    document.execCommand = (command) => command === "copy" && copied.push(document.activeElement.value) > 0;

    named("Copy").click();
    await vi.waitFor(() => expect(named("Copied")).toBeDefined());
    delete document.execCommand;

    expect(copied).toEqual(["AB-12"]);
    expect(one(".copilot-code-row textarea")).toBeNull();
    expect(document.activeElement).toBe(named("Copied"));
  });

  it("keeps no code when it is over", () => {
    const { el } = show(signIn({ state: "answered", answer: "Signed in as ada" }));

    expect(el.textContent).not.toContain("AB-12");
  });
});

describe("tasks", () => {
  const item = (text, state) => ({ text, state });
  const todo = (...items) => [{ id: "t", kind: "todo", items }];

  it("change in place, with a count that is said", () => {
    const { say, one, all, texts, said } = show(todo(item("a", "running"), item("b", "pending")));
    const [first] = all(".copilot-tasks li");
    expect(texts(".copilot-tasks li")).toEqual(["a (in progress)", "b (to do)"]);

    say(["set", "t", { items: [item("a", "done"), item("b", "blocked"), item("c", "pending")] }]);

    expect(all(".copilot-tasks li")[0]).toBe(first);
    expect(texts(".copilot-tasks li")).toEqual(["a (done)", "b (blocked)", "c (to do)"]);
    expect(one(".copilot-todo .copilot-state").textContent).toBe("1 of 3 done");
    expect(said()).toEqual(["Tasks: 0 of 2 done", "Tasks: 1 of 3 done"]);

    say(["set", "t", { items: [item("a", "done")] }]);
    expect(all(".copilot-tasks li")).toHaveLength(1);
  });

  it("do not turn for ever when the turn is over", () => {
    const { say, texts, one } = show(todo(item("a", "running")));

    say(["head", { state: "stopped" }]);

    expect(texts(".copilot-tasks li")).toEqual(["a (to do)"]);
    expect(one(".copilot-tasks .copilot-icon-running")).toBeNull();
  });
});

describe("hidden characters", () => {
  const odd = "a\u202eb\u200bc";
  it.each([
    ["a plan", plan({ summary: odd, plan: odd })],
    ["a sign-in", [{ id: "s", kind: "sign_in", host: odd, url: odd, code: odd, ...request }]],
    ["tasks", [{ id: "t", kind: "todo", items: [{ text: odd, state: "done" }] }]],
    ["consequences", code({ effects: [{ kind: "reads", text: odd }, { kind: "unknown", text: odd }] })],
    ["changes", [{ id: "c", kind: "tool", name: "run_code", state: "ok", changes: [odd], undo: "" }]],
    ["notices", [{ id: "n", kind: "notice", text: odd, level: "info" }]],
  ])("are shown in %s", (_, blocks) => {
    const { one } = show(blocks);
    const text = one(".copilot-blocks").textContent;

    expect(text).toContain("a⟨U+202E⟩b⟨U+200B⟩c");
    expect(text).not.toMatch(/[\u202e\u200b]/);
  });
});

describe("a question", () => {
  const question = (more = {}) => [{ id: "q", kind: "user_input", question: "Which **column**?", choices: [], allow_freeform: true, state: "open", answer: "", by: "", ...more }];

  it("that wants words has the focus in its field, and Enter there sends nothing yet", () => {
    const page = show(question());

    press(page.one("textarea"), "Enter");

    expect(document.activeElement).toBe(page.one("textarea"));
    expect(page.answers()).toEqual([]);
  });

  it("with choices has it on the heading", () => {
    const page = show(question({ choices: ["a", "b"] }));

    expect(document.activeElement.getAttribute("role")).toBe("heading");
  });

  it("is told in plain words once it is answered", () => {
    const page = show(question({ state: "answered", answer: "a", by: "rule 1 (allow `x`)" }));

    expect(page.one(".copilot-subtitle").textContent).toBe("Which column?");
    expect(page.one(".copilot-by code").textContent).toBe("x");
  });
});

describe("a plan of a few words", () => {
  it("is kept whole without a file", () => {
    const page = show(plan({ plan: "", summary: "# Fill gaps\n\n1. read", state: "answered", answer: "Approved", by: "you" }));

    expect(page.one(".copilot-subtitle").textContent).toBe("Fill gaps");
    expect(page.one("details li").textContent).toBe("read");
    expect(page.one(".copilot-plan-text")).toBeNull();
  });
});

describe("a key cap", () => {
  it("names the whole shortcut", () => {
    const page = show(code());

    expect(page.texts("kbd")).toEqual(["Alt+Y", "Alt+N", "Alt+W"]);
    expect(page.named("Run").getAttribute("aria-keyshortcuts")).toBe("Alt+Y");
  });
});
