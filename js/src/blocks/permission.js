// The agent asks whether it may: exactly what would happen, why, where, and the buttons.
import { codeBlock } from "../code.js";
import { counts, diffView } from "../diff.js";
import { button, element, icon, keyCap } from "../element.js";
import { textField } from "../field.js";
import { request } from "./request.js";

const SHORT = 22;

/** @type {import("./index.js").BLOCKS["permission"]} */
export function permission(_block, context) {
  const parts = {
    name: "permission",
    icon: "shield",
    heading: (block) => block.heading,
    line: (block) => block.body.trim().split("\n")[0] || block.place || block.heading,
    mark: (block) => counts(block.diff),
    call: (block) => `Approval needed: ${block.heading}`,
    ask: (block, panel) => [...what(block), ...choices(block, panel)],
    record: what,
  };
  return request(parts, context);
}

function what(block) {
  return [
    block.intention ? element("div", "copilot-intention", block.intention) : null,
    block.place ? element("div", "copilot-place", icon("place"), element("code", "", block.place)) : null,
    ...(block.warnings ?? []).map(warning),
    block.body ? codeBlock(block.body, block.language, { exact: true, label: "What would run" }) : null,
    block.body ? lengthOf(block.body) : null,
    block.diff ? diffView(block.diff) : null,
    block.diff ? lengthOf(block.diff) : null,
  ];
}

/** A box that scrolls hides its end: how much there is stands below it. */
function lengthOf(text) {
  const lines = text.split("\n").length;
  return lines > SHORT ? element("div", "copilot-caption", `${lines} lines; scroll to read all of them`) : null;
}

const warning = (words) => element("div", "copilot-warning", icon("warning"), element("span", "", words));

function choices(block, panel) {
  const row = element("div", "copilot-buttons");
  const feedback = element("div");
  for (const choice of block.choices ?? []) {
    const choose = (event) => {
      if (choice.asks_feedback) askFeedback(feedback, choice, panel, event);
      else panel.answer({ choice: choice.id }, event);
    };
    row.append(choiceButton(choice, choose, panel));
  }
  return [row, feedback];
}

function choiceButton(choice, choose, panel) {
  const node = button(`copilot-button copilot-${choice.style || "plain"}`, choice.label, choose, panel.signal);
  if (choice.key) {
    node.append(keyCap(choice.key.toUpperCase()));
    panel.shortcut(choice.key, node, choose);
  }
  return node;
}

function askFeedback(host, choice, panel, event) {
  if (!panel.deliberate(event)) return;
  const row = textField({
    label: "Reason, sent to the agent",
    placeholder: "What should it do instead?",
    rows: 2,
    draft: panel.draft,
    signal: panel.signal,
    send: (feedback, sending) => panel.answer({ choice: choice.id, feedback }, sending),
  });
  host.replaceChildren(row);
  row.querySelector("textarea").focus();
}
