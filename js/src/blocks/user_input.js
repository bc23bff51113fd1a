// The agent asks a question: choices to click, or words of one's own.
import { bare, button, element, keyCap } from "../element.js";
import { textField } from "../field.js";
import { markdown } from "../markdown.js";
import { request } from "./request.js";

const SHORT = 140;
const KEYS = 9;

/** @type {import("./index.js").BLOCKS["user_input"]} */
export function userInput(_block, context) {
  const parts = {
    name: "user_input",
    icon: "question",
    heading: (block) => (isShort(block) ? block.question : "Copilot asks"),
    line: (block) => bare(block.question),
    mark: () => null,
    call: (block) => `Question: ${block.question}`,
    ask: (block, panel) => [whole(block), choiceList(block, panel), freeText(block, panel)],
    record: (block) => [markdown(block.question)],
  };
  return request(parts, context);
}

/** A long question, or one with lines or markup of its own, stands below a short heading. */
const isShort = ({ question }) => question.length <= SHORT && !/[\n*_`[\]]/.test(question);
const whole = (block) => (isShort(block) ? null : markdown(block.question, "copilot-markdown copilot-question"));

function choiceList(block, panel) {
  if (!block.choices?.length) return null;
  return element("div", "copilot-choices", ...block.choices.map((choice, at) => choiceButton(choice, at, panel)));
}

function choiceButton(choice, at, panel) {
  const choose = (event) => panel.answer({ answer: choice }, event);
  const node = button("copilot-choice", "", choose, panel.signal);
  if (at < KEYS) {
    node.append(keyCap(String(at + 1)));
    panel.shortcut(String(at + 1), node, choose);
  }
  node.append(element("span", "", choice));
  return node;
}

function freeText(block, panel) {
  if (block.allow_freeform === false) return null;
  const row = textField({
    label: "Your answer",
    placeholder: block.choices?.length ? "Or in your own words…" : "Your answer…",
    draft: panel.draft(),
    signal: panel.signal,
    send: (answer, event) => answer && panel.answer({ answer }, event),
  });
  if (!block.choices?.length) row.firstElementChild.dataset.first = "";
  return row;
}
