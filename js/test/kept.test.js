// @vitest-environment jsdom
import { describe, expect, it } from "vitest";
import { keptTurn } from "../src/kept.js";
import { lostPage, storedForm } from "../src/lost.js";
import { fromSnapshot } from "../src/reduce.js";

const HEAD = { state: "running", model: "scripted", usage: { input_tokens: 100, output_tokens: 20, context_tokens: 9, context_limit: 100 } };
const page = (...blocks) => lostPage(fromSnapshot({ e: "E", n: 1, t: { ...HEAD, blocks } }));
const call = (more) => ({ id: "c", kind: "tool", name: "bash", title: "echo hello", arguments: "echo hello", language: "bash", ...more });

/** What somebody reads whose page has dropped the style. */
function read(...blocks) {
  const { "text/html": html, "text/plain": text } = keptTurn(page(...blocks), "<style>p{}</style>");
  const body = new DOMParser().parseFromString(html, "text/html").body;
  const lines = [...body.querySelectorAll("summary, p, li, tr, pre")].map((node) => node.textContent);
  return { html, text, body, lines };
}

describe("a turn that the page keeps", () => {
  it("keeps words apart and signs in their places", () => {
    const ask = { id: "q", kind: "permission", subject: "shell", heading: "Run", body: "rm -r data", state: "open", tool_call_id: "c" };
    const { lines, text } = read(call({ state: "running" }), ask, call({ id: "d", state: "ok", output: "hello\n" }));

    expect(lines).toEqual([
      "◌ bash echo hello stopped",
      "◌ Not answered — rm -r data",
      "✓ bash echo hello",
      "hello",
      "The kernel ended before this turn did.",
      "What stands above is all that came. Start a kernel and ask again.",
      "scripted · 100 tokens in, 20 out · context 9%",
    ]);
    expect(text.split("\n\n")).toEqual([
      "> ◌ bash echo hello stopped\n> ◌ Not answered — rm -r data",
      "> ✓ bash echo hello\n> hello",
      "> The kernel ended before this turn did.\n> What stands above is all that came. Start a kernel and ask again.",
      "— scripted · 100 tokens in, 20 out · context 9%",
    ]);
  });

  it("has the classes that the stored style knows", () => {
    const ask = { id: "q", kind: "permission", heading: "Run", body: "ls", state: "answered", answer: "Allowed once", by: "you", tool_call_id: "c" };
    const { body } = read(call({ state: "failed", error: "No." }), ask, { id: "n", kind: "notice", text: "Retried.", level: "warning" });

    expect(body.querySelector(".copilot-static > .copilot-tool").dataset.state).toBe("failed");
    expect(body.querySelector(".copilot-call > .copilot-failed > .copilot-icon").textContent).toBe("✕");
    expect(body.querySelector(".copilot-tool > p.copilot-permission").textContent).toBe("✓ Allowed once · you — ls");
    expect(body.querySelector(".copilot-notice.copilot-warning").textContent).toBe("⚠ Retried.");
    expect(body.querySelector(".copilot-error strong").textContent).toBe("The kernel ended before this turn did.");
    expect(body.querySelector(".copilot-foot")).not.toBeNull();
  });

  it("has what nobody opened", () => {
    const code = call({ name: "run_code", title: "Sum", arguments: "sum(x)", diff: "@@ -1 +1 @@\n-a\n+b", state: "ok", changes: ["`x` is new"] });
    const thought = { id: "r", kind: "reasoning", text: "So **be** it.", closed: true };
    const { body, text } = read(thought, code);

    expect(body.querySelector("details.copilot-reasoning .copilot-text").textContent).toBe("So be it.");
    expect(body.querySelector(".copilot-call > pre.copilot-code").textContent).toBe("sum(x)");
    expect(body.querySelector("pre.copilot-diff").textContent).toBe("@@ -1 +1 @@\n-a\n+b");
    expect(body.querySelector(".copilot-changes li").textContent).toBe("x is new");
    expect(body.querySelector("[open]")).toBeNull();
    expect(text).toContain("> ✓ run_code Sum\n> sum(x)\n> @@ -1 +1 @@\n> -a\n> +b\n> x is new");
  });

  it("keeps outputs, tasks and questions", () => {
    const outputs = [
      { kind: "text", text: "printed\n" },
      { kind: "table", columns: ["n", "m"], rows: [["Ulm", "1", "x"]], has_index: true, caption: "1 row" },
      { kind: "image", data: "aGk=", alt: "A plot" },
    ];
    const tasks = { id: "t", kind: "todo", items: [{ state: "done", text: "Look" }, { state: "pending", text: "Plot" }] };
    const asked = { id: "u", kind: "user_input", question: "Which?", state: "answered", answer: "No", by: "" };
    const { body, lines, text } = read(call({ state: "ok", outputs }), tasks, asked);

    expect(body.querySelector("table.copilot-frame td[align=right]").textContent).toBe("1");
    expect(body.querySelector("img").src).toBe("data:image/png;base64,aGk=");
    expect(lines).toContain("☑ Look");
    expect(lines).toContain("✓ No — Which?");
    expect(text).toContain("> printed\n> | n | m\n> Ulm | 1 | x");
    expect(text).toContain("> Tasks 1 of 2 done\n> ☑ Look\n> ☐ Plot");
  });

  it("has no controls, and takes nothing for markup", () => {
    const said = { id: "s", kind: "text", text: "<b onclick=x>Hi</b> <script>1</script>\n\n```python\nx = 1\n```\n\n- [x] done\n\n![p](https://example.org/x.png)" };
    const plan = { id: "p", kind: "plan", summary: "# Tidy up", plan: "1. <img src=x onerror=y>", state: "open" };
    const { html, body } = read(said, plan, call({ title: "<i>", state: "denied", agent: "critic" }));

    expect(html).not.toMatch(/<button|<input|<svg|<script|<img|onclick=x>|tabindex|aria-/);
    expect(body.querySelector("pre[data-language=python]").textContent).toBe("x = 1");
    expect(body.querySelector("li").textContent).toContain("☑");
    expect(body.querySelector(".copilot-plan > summary").textContent).toBe("◌ Not answered — Tidy up");
    expect(body.querySelector(".copilot-nested > .copilot-call > summary").textContent).toBe("⊘ critic › bash <i> not allowed");
  });
});

describe("a table of tools whose kernel is gone", () => {
  it("stays as it was when it was drawn", () => {
    const fact = { id: "bash", kind: "tool_fact", name: "bash", description: "Run it.", source: "runtime", permission: "asks", calls: 2 };
    const stored = { "text/html": "<table></table>", "text/plain": "bash" };

    expect(storedForm(page(fact), stored)).toBe(stored);
  });
});
