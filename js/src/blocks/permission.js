// The agent asks whether it may: exactly what would happen, why, where, and the buttons.
import { codeBlock } from "../code.js";
import { counts, diffView } from "../diff.js";
import { editedText, readOrWrite } from "../editor.js";
import { button, element, icon, visible } from "../element.js";
import { choiceButtons } from "./choices.js";
import { effectsOf } from "./effects.js";
import { request } from "./request.js";

const SHORT = 22;
const RUNS = "What would run";
/** What `counts` draws beside the heading. */
const COUNTS = / \(\+\d+ −\d+\)$/;

/** @type {import("./index.js").BLOCKS["permission"]} */
export function permission(_block, context) {
  const parts = {
    name: "permission",
    icon: "shield",
    heading: (block) => block.heading.replace(COUNTS, ""),
    line: (block) => block.body.trim().split("\n")[0] || block.place || block.heading,
    mark: (block) => counts(block.diff),
    call: (block) => `Approval needed: ${block.heading}`,
    ask: (block, panel) => {
      const stale = element("div", "copilot-caption", "This is about the agent’s text, not about yours.");
      const body = block.editable ? editable(block, panel, stale) : code(block.body, block.language);
      const effects = effectsOf(block.effects).filter(Boolean);
      if (block.editable && effects.length) effects.push(stale);
      return [...why(block), ...body, ...change(block), ...effects, ...choiceButtons(block.choices, panel, () => edited(block, panel))];
    },
    record: (block) => [...why(block), ...code(block.body, block.language), ...change(block), ...effectsOf(block.effects)],
  };
  return request(parts, context);
}

function why(block) {
  return [
    block.intention ? element("div", "copilot-intention", block.intention) : null,
    block.place ? element("div", "copilot-place", icon("place"), element("code", "", block.place)) : null,
    ...(block.warnings ?? []).map(warning),
  ];
}

const warning = (words) => element("div", "copilot-warning", icon("warning"), element("span", "", words));

function code(text, language) {
  if (!text) return [];
  const box = codeBlock(text, language, { exact: true, label: RUNS });
  return [box, lengthOf(text, box)];
}

function change(block) {
  if (!block.diff) return [];
  const box = diffView(block.diff, { whole: true });
  return [box, lengthOf(block.diff, box)];
}

/** A box that scrolls hides its end: how much there is stands below it, and opens it. */
function lengthOf(text, box) {
  const lines = text.split("\n").length;
  if (lines <= SHORT) return null;
  const open = button("copilot-link", "show all of them", () => {
    box.classList.add("copilot-whole");
    open.remove();
  });
  return element("div", "copilot-caption", `${lines} lines; scroll to read all of them, or `, open);
}

/** What is shown is what runs; `stale` shows when the consequences are those of another text. */
function editable(block, panel, stale) {
  const text = editedText(block.body, panel);
  const draw = () => code(text.isChanged() ? visible(text.get()) : block.body, block.language);
  const tell = () => {
    stale.hidden = !text.isChanged();
    return text.isChanged() ? wordsAbout(text.get()) : "";
  };
  return readOrWrite({ text, label: RUNS, draw, tell, signal: panel.signal });
}

function wordsAbout(text) {
  if (!text.trim()) return "There is nothing left to run.";
  return visible(text) === text ? "Changed by you: this is what runs." : "Changed by you. It contains invisible characters.";
}

/** What goes along with a yes: the text, if somebody changed it; nothing goes when none is left. */
function edited(block, panel) {
  const text = editedText(block.body, panel);
  if (!block.editable || !text.isChanged()) return {};
  return text.get().trim() ? { body: text.get() } : null;
}
