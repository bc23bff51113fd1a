// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { mount } from "../src/index.js";
import { CONFIRM_MS } from "../src/store.js";
import { connect } from "../src/sync.js";
import { FakeModel, delta, snapshot } from "./model.js";

const fact = (name, more = {}) => ({
  id: name,
  kind: "tool_fact",
  name,
  source: "runtime",
  description: `What ${name} does.\n\nMore about it.`,
  parameters: [{ name: "path", type: "string", required: true, default: "", description: "The file." }],
  asks: "yes",
  rule: "ask",
  enabled: true,
  calls: 0,
  ...more,
});
const FACTS = [fact("run_code", { source: "kernel" }), fact("bash", { calls: 2 }), fact("sql", { asks: "no", enabled: false })];

let dispose;
beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "requestAnimationFrame", "performance"] }));
afterEach(() => {
  dispose?.();
  document.body.replaceChildren();
  vi.useRealTimers();
});

class ToolsModel extends FakeModel {
  get(name) {
    return name === "face" ? "tools" : super.get(name);
  }
}

function show(facts = FACTS) {
  const model = new ToolsModel(snapshot(facts));
  const sync = connect(model);
  const el = document.body.appendChild(document.createElement("div"));
  dispose = mount(sync, model, el);
  vi.advanceTimersByTime(50);
  let n = 0;
  const say = (...ops) => {
    model.says(delta(++n, ...ops));
    vi.advanceTimersByTime(50);
  };
  const row = (name) => [...el.querySelectorAll("tr")].find((one) => one.querySelector("code")?.textContent === name);
  return { model, sync, el, say, row, one: (selector) => el.querySelector(selector), all: (selector) => [...el.querySelectorAll(selector)] };
}

function type(field, text) {
  field.value = text;
  field.dispatchEvent(new Event("input"));
}

describe("the table of tools", () => {
  it("groups them by where they come from, and counts", () => {
    const { all, one } = show();

    expect(all(".copilot-tool-source").map((node) => node.textContent)).toEqual(["This notebook 1", "Copilot 2"]);
    expect(one("[role=status]").textContent).toBe("3 tools · 1 switched off · 2 calls");
  });

  it("shows what each is set to", () => {
    const { row } = show();

    expect(row("bash").querySelector(".copilot-switch").checked).toBe(true);
    expect(row("sql").querySelector(".copilot-switch").checked).toBe(false);
    const words = (name) => row(name).querySelector("select").selectedOptions[0].textContent;
    expect([words("bash"), words("sql")]).toEqual(["asks", "does not ask"]);
    expect(row("bash").lastChild.textContent).toBe("2 ×");
  });

  it("finds by name and description", () => {
    const { one, row, all } = show();

    type(one("[type=search]"), "what BASH");

    expect([row("bash").hidden, row("sql").hidden, row("run_code").hidden]).toEqual([false, true, true]);
    expect(one("[role=status]").textContent).toContain("1 of 3 tools");
    expect(all("tbody").map((node) => node.hidden)).toEqual([true, false]);
    type(one("[type=search]"), "nothing like it");
    expect(one(".copilot-toollist > p.copilot-muted").hidden).toBe(false);
  });

  it("unfolds to description and parameters", () => {
    const { row } = show();
    const fold = row("bash").querySelector("details");
    expect(fold.querySelector(".copilot-parameter")).toBeNull();

    fold.open = true;
    fold.dispatchEvent(new Event("toggle"));

    expect(fold.querySelector(".copilot-parameter").textContent).toBe("path string, neededThe file.");
    expect([...fold.querySelectorAll("p")].map((node) => node.textContent)).toEqual(["What bash does.", "More about it."]);
  });

  it("shows every rule about a tool, each with a button that only a person presses", () => {
    const rules = ["Allow here always: run `git <b>status`", "Allow for this session: run `ls`"];
    const { row, say, model } = show([fact("bash", { rules })]);
    const fold = row("bash").querySelector("details");
    fold.open = true;
    fold.dispatchEvent(new Event("toggle"));

    const drawn = () => [...fold.querySelectorAll("button")].map((node) => node.getAttribute("aria-label"));
    expect(drawn()).toEqual(rules.map((words) => `Revoke: ${words}`));
    expect(fold.textContent).toContain("Allow here always: run git <b>status");
    fold.querySelector("button").click();
    expect(model.sentOf("act")).toEqual([]);

    say(["set", "bash", fact("bash", { rules: rules.slice(1) })]);
    expect(drawn()).toEqual([`Revoke: ${rules[1]}`]);
  });

  it("follows what changes in the kernel", () => {
    const { say, row } = show();

    say(["set", "bash", fact("bash", { calls: 3, rule: "deny" })], ["add", "new", fact("new")], ["del", "sql"]);

    expect(row("bash").lastChild.textContent).toBe("3 ×");
    expect(row("bash").querySelector("select").value).toBe("deny");
    expect(row("new")).toBeDefined();
    expect(row("sql")).toBeUndefined();
  });

  it("changes nothing that no person changed", () => {
    const { model, row } = show();
    const power = row("bash").querySelector(".copilot-switch");
    const rule = row("bash").querySelector("select");

    power.click();
    rule.value = "allow";
    rule.dispatchEvent(new Event("change"));

    expect(model.sentOf("act")).toEqual([]);
    expect([power.checked, rule.value]).toEqual([true, "ask"]);
  });

  it("rests while a click is on its way, and shows what the kernel has made of it", () => {
    const { row, say, sync } = show();
    const power = row("bash").querySelector(".copilot-switch");

    sync.store.send("bash");
    say(["head", { status: "" }]);
    expect(power.disabled).toBe(true);

    say(["set", "bash", fact("bash", { enabled: false })]);
    expect([power.checked, power.disabled]).toEqual([false, false]);
    expect(sync.store.sending("bash")).toBe("");
  });

  it("says what could not be kept, and what nobody confirmed", () => {
    const { row, say, sync, one } = show();
    say(["head", { status: "The rule could not be written." }]);
    expect(one("[role=alert]").textContent).toBe("The rule could not be written.");

    sync.store.send("bash");
    vi.advanceTimersByTime(CONFIRM_MS + 100);

    expect(row("bash").querySelector(".copilot-note").textContent).toContain("not confirmed");
  });

  it("takes text as text", () => {
    const { el } = show([fact("x", { name: "<img src=x onerror=alert(1)>", description: "<script>alert(1)</script>" })]);

    expect(el.querySelectorAll("img, script")).toHaveLength(0);
  });
});
