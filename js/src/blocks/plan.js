// The agent's plan, and how to go on: read it, change it, approve it or say what is missing.
import { editedText, editor } from "../editor.js";
import { button, element, icon, setText, visible } from "../element.js";
import { markdown } from "../markdown.js";
import { choiceButtons } from "./choices.js";
import { request } from "./request.js";

/** @type {import("./index.js").BLOCKS["plan"]} */
export function plan(_block, context) {
  const parts = {
    name: "plan",
    icon: "list",
    heading: () => "Go on with this plan?",
    line: (block) => firstWords(block.summary) || firstWords(block.plan) || "Plan",
    mark: () => null,
    call: (block) => `The agent asks about its plan: ${firstWords(block.summary)}`,
    ask: (block, panel) => [
      summaryOf(block),
      ...(block.plan ? planOf(block, panel) : []),
      ...choiceButtons(block.choices, panel, () => changed(block, panel)),
    ],
    record: (block) => [summaryOf(block), box(block.plan)],
  };
  return request(parts, context);
}

const firstWords = (text) => visible(text).trim().split("\n")[0].replace(/^#+\s*/, "").slice(0, 200);
const summaryOf = ({ summary }) => (summary ? markdown(visible(summary), "copilot-markdown copilot-intention") : null);
const textOf = (block, panel) => editedText({ body: block.plan }, panel);

function box(text) {
  const node = element("div", "copilot-plan-text", markdown(visible(text)));
  node.tabIndex = 0;
  node.setAttribute("role", "region");
  node.setAttribute("aria-label", "Plan");
  return node;
}

function planOf(block, panel) {
  const text = textOf(block, panel);
  const host = element("div");
  const note = element("span", "copilot-muted");
  function read() {
    host.replaceChildren(box(text.get()));
    setText(swap.lastChild, "Edit");
    note.textContent = text.isChanged() ? "Changed by you: the agent gets your text." : "";
  }
  function leave() {
    read();
    swap.focus();
  }
  function write() {
    const field = editor({ text: text.get(), label: "Plan", signal: panel.signal, leave, changed: text.set });
    host.replaceChildren(field);
    setText(swap.lastChild, "Done");
    field.focus();
  }
  const swap = button("copilot-quiet", "", () => (host.querySelector("textarea") ? leave() : write()), panel.signal);
  swap.append(icon("edit"), element("span"));
  read();
  return [host, element("div", "copilot-edit-tools", swap, note)];
}

function changed(block, panel) {
  const text = textOf(block, panel);
  return text.isChanged() ? { plan: text.get() } : {};
}
