// The agent's plan, and how to go on: read it, change it, approve it or say what is missing.
import { editedText, readOrWrite } from "../editor.js";
import { element, region, visible } from "../element.js";
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
    record: (block) => [summaryOf(block), block.plan ? box(block.plan) : null],
  };
  return request(parts, context);
}

const firstWords = (text) => visible(text).trim().split("\n")[0].replace(/^#+\s*/, "").slice(0, 200);
/** What stands above the plan; alone it is the plan. */
const summaryOf = ({ summary }) => (summary ? markdown(visible(summary), "copilot-markdown copilot-plan-summary") : null);

const box = (text) => region(element("div", "copilot-plan-text", markdown(visible(text))), "Plan");

function planOf(block, panel) {
  const text = editedText(block.plan, panel);
  const draw = () => [box(text.get())];
  const tell = () => (text.isChanged() ? "Changed by you: the agent gets your text." : "");
  return readOrWrite({ text, label: "Plan", draw, tell, signal: panel.signal });
}

function changed(block, panel) {
  const text = editedText(block.plan, panel);
  return text.isChanged() ? { plan: text.get() } : {};
}
