// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { hintOf, problem } from "../src/blocks/form_rules.js";
import { press, show, useStage, write } from "./show.js";

vi.mock("../src/a11y.js", async (original) => ({ ...(await original()), deliberate: () => () => true }));
useStage({ beforeEach, afterEach });

const field = (name, kind, more = {}) => ({
  name, kind, label: name, description: "", required: false, default: null, choices: [], format: "", minimum: null, maximum: null, pattern: "", ...more,
});
const AB = [{ value: "a", label: "Letter A" }, { value: "b", label: "Letter B" }];
const form = (fields, more = {}) => [{ id: "f", kind: "form", heading: "Who?", source: "server", fields, url: "", warnings: [], state: "open", answer: "", by: "", ...more }];

describe("a form", () => {
  it("sends what was filled in, each value as its field's kind", () => {
    const { named, answers, all } = show(
      form([
        field("name", "text", { default: "Ada" }),
        field("count", "integer", { default: 3 }),
        field("share", "number"),
        field("on", "boolean", { default: true }),
        field("one", "choice", { choices: AB, default: "b" }),
        field("some", "choices", { choices: AB, default: ["a"] }),
        field("empty", "text"),
      ]),
    );
    write(all("input")[2], "0.5");

    named("Send").click();

    expect(answers()).toEqual([{ action: "accept", content: { name: "Ada", count: 3, share: 0.5, on: true, one: "b", some: ["a"] } }]);
  });

  it("keeps what was typed when something is wrong, and says what at the field", () => {
    const { named, answers, all, one, alerts, texts } = show(form([field("name", "text", { required: true }), field("count", "integer", { maximum: 9 })]));
    write(all("input")[1], "12");

    named("Send").click();

    expect(answers()).toEqual([]);
    expect(texts(".copilot-field-wrong")).toEqual(["This is needed.", "It must be at most 9."]);
    expect(document.activeElement).toBe(one("input"));
    expect(one("input").getAttribute("aria-invalid")).toBe("true");
    expect(all("input")[1].value).toBe("12");
    expect(alerts().at(-1)).toBe("name: This is needed. count: It must be at most 9.");

    write(one("input"), "x");
    expect(texts(".copilot-field-wrong")).toEqual(["", "It must be at most 9."]);
  });

  it("is sent with Enter from a line, not from a longer text", () => {
    const { answers, one } = show(form([field("line", "text"), field("text", "text", { maximum: 900 })]));

    press(one("textarea"), "Enter");
    expect(answers()).toEqual([]);

    press(one("input"), "Enter");
    expect(answers()).toEqual([{ action: "accept", content: {} }]);
  });

  it("is sent with Ctrl+Enter from everywhere", () => {
    const { answers, one } = show(form([field("text", "text", { maximum: 900 })]));

    press(one("textarea"), "Enter", { ctrlKey: true });

    expect(answers()).toHaveLength(1);
  });

  it("says much below a short heading", () => {
    const words = `Please tell us:\n${"a lot ".repeat(40)}`;
    const { one } = show(form([field("name", "text")], { heading: words }));

    expect(one(".copilot-request-heading").textContent).toBe("server asks");
    expect(one(".copilot-question").textContent).toBe(words);
  });

  it("can be declined", () => {
    const { named, answers } = show(form([field("name", "text", { required: true })]));

    named("Decline").click();

    expect(answers()).toEqual([{ action: "decline" }]);
  });

  it("is there again as it was filled in when the page is drawn anew", () => {
    const { sync, one, say } = show(form([field("name", "text")]));
    write(one("input"), "Ada");

    sync.take({ k: "s", e: "E", n: 9, t: sync.page() });
    say();

    expect(one("input").value).toBe("Ada");
  });

  it("names each field and what it takes for screen readers", () => {
    const { one } = show(form([field("count", "integer", { label: "How many", description: "Stations.", minimum: 1, required: true })]));
    const input = one("input");

    expect(one(`label[for=${input.id}]`).textContent).toBe("How manyrequired");
    expect(one(`#${input.getAttribute("aria-describedby").split(" ")[0]}`).textContent).toBe("Stations. At least 1");
    expect(one(".copilot-form").getAttribute("role")).toBe("group");
  });

  it("offers few choices side by side and many in a list", () => {
    const many = Array.from({ length: 9 }, (_, at) => ({ value: String(at), label: `No ${at}` }));
    const { texts, all } = show(form([field("few", "choice", { choices: AB }), field("many", "choice", { choices: many })]));

    expect(texts(".copilot-option")).toEqual(["Letter A", "Letter B", "No answer"]);
    expect(all("option")).toHaveLength(10);
  });

  it("shows hidden characters in every label", () => {
    const odd = "pay\u202e";
    const { el } = show(form([field("x", "choice", { label: odd, description: odd, choices: [{ value: odd, label: odd }] })], { heading: odd, source: odd, warnings: [odd] }));

    expect(el.textContent).not.toContain("\u202e");
    expect(el.textContent.match(/pay⟨U\+202E⟩/g).length).toBeGreaterThanOrEqual(6);
  });
});

describe("a page to open", () => {
  it("shows the host and the whole address, and opens by a click on the link", () => {
    const { one, answers } = show(form([], { url: "https://good.example@evil.example/a?b" }));
    expect(one(".copilot-host").textContent).toBe("evil.example");
    expect(one(".copilot-address").textContent).toBe("https://good.example@evil.example/a?b");
    expect(one("a").rel).toContain("noopener");

    one("a").addEventListener("click", (event) => event.preventDefault());
    one("a").click();

    expect(answers()).toEqual([{ action: "accept" }]);
  });

  it.each(["javascript:alert(1)", "file:///etc/passwd", "/lab/api", "data:text/html,x", "mailto:a@b"])("is no link when it is %s", (url) => {
    const { all, named } = show(form([], { url }));

    expect(all("a")).toEqual([]);
    expect(named("Decline")).toBeDefined();
  });
});

describe("a field", () => {
  it.each([
    ["text", {}, "", ""],
    ["text", { required: true }, " ", "This is needed."],
    ["text", { minimum: 3 }, "ab", "Please write at least 3 characters."],
    ["text", { maximum: 3 }, "👩‍🔬👩‍🔬", "Please write at most 3 characters."],
    ["text", { format: "email" }, "ada@", "Please write an e-mail address, such as name@example.org."],
    ["text", { format: "email" }, "ada@example.org", ""],
    ["text", { format: "uri" }, "example.org", "Please write an address, such as https://example.org."],
    ["text", { format: "uri" }, "urn:isbn:1", ""],
    ["text", { format: "date" }, "soon", "Please write a date, such as 2025-12-31."],
    ["text", { format: "date-time" }, "soon", "Please write a date and a time."],
    ["text", { format: "date-time" }, "2025-12-31T10:00", ""],
    ["text", { pattern: "^[A-Z]+$" }, "abc", "It does not have the form that is asked for."],
    ["text", { pattern: "^[A-Z]+$" }, "ABC", ""],
    ["text", { pattern: "(" }, "abc", ""],
    ["number", {}, "much", "Please write a number, such as 3 or 0.5."],
    ["number", {}, "1e400", "Please write a number, such as 3 or 0.5."],
    ["number", { minimum: 1 }, "0", "It must be at least 1."],
    ["integer", {}, "1.5", "Please write a whole number."],
    ["integer", { maximum: 4 }, "4", ""],
    ["boolean", { required: true }, false, ""],
    ["choices", { required: true }, [], "Please choose at least 1."],
    ["choices", { minimum: 2 }, ["a"], "Please choose at least 2."],
    ["choices", { minimum: 2 }, [], ""],
    ["choices", { maximum: 1 }, ["a", "b"], "Please choose at most 1."],
  ])("of %s %j says to %j: %s", (kind, more, raw, words) => expect(problem(field("x", kind, more), raw)).toBe(words));

  it("never waits for a pattern", () => {
    for (const pattern of ["^(a+)+$", "^(a|a)*$", "^(.*a){20}$", "a*a*a*a*b", "x".repeat(999)]) {
      expect(problem(field("x", "text", { pattern }), `${"a".repeat(60)}!`)).toBe("");
    }
  });

  it.each([
    ["integer", { minimum: 1, maximum: 9 }, "1 to 9"],
    ["integer", {}, "A whole number"],
    ["text", { maximum: 9 }, "At most 9 characters"],
    ["choices", { minimum: 1 }, "At least 1 of them"],
    ["text", { pattern: "^a$" }, "Must match ^a$"],
    ["text", { format: "date-time" }, "Your local time"],
  ])("of %s %j hints %s", (kind, more, hint) => expect(hintOf(field("x", kind, more))).toBe(hint));
});
