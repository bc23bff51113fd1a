// The agent asks whether it may: exactly what would happen, why, where, and the buttons.
import { codeBlock } from "../code.js";
import { counts, diffView } from "../diff.js";
import { editedText, editor } from "../editor.js";
import { button, element, icon, setText, visible } from "../element.js";
import { choiceButtons } from "./choices.js";
import { effectsOf } from "./effects.js";
import { request } from "./request.js";

const SHORT = 22;
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
      const body = block.editable ? editable(block, panel, stale) : fixed(block);
      const effects = effectsOf(block.effects).filter(Boolean);
      if (block.editable && effects.length) effects.push(stale);
      return [...why(block), ...body, ...change(block), ...effects, ...choiceButtons(block.choices, panel, () => edited(block, panel))];
    },
    record: (block) => [...why(block), ...fixed(block), ...change(block), ...effectsOf(block.effects)],
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

function fixed(block) {
  if (!block.body) return [];
  const box = codeBlock(block.body, block.language, { exact: true, label: "What would run" });
  return [box, lengthOf(block.body, box)];
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

/**
 * The code, and a switch between reading and writing it. What is shown is what runs; `stale` shows
 * when the consequences are those of another text.
 */
function editable(block, panel, stale) {
  const text = editedText(block, panel);
  const host = element("div");
  const note = element("span", "copilot-muted");

  function say() {
    note.textContent = text.isChanged() ? wordsAbout(text.get()) : "";
    reset.hidden = stale.hidden = !text.isChanged();
  }
  function read() {
    const box = codeBlock(text.isChanged() ? visible(text.get()) : text.get(), block.language, { exact: true, label: "What would run" });
    host.replaceChildren(...[box, lengthOf(text.get(), box)].filter(Boolean));
    setText(swap.lastChild, "Edit");
    say();
  }
  function write() {
    const changed = (now) => {
      text.set(now);
      say();
    };
    const field = editor({ text: text.get(), label: "What would run", signal: panel.signal, leave, changed });
    host.replaceChildren(field);
    setText(swap.lastChild, "Done");
    field.focus();
  }
  function leave() {
    read();
    swap.focus();
  }
  function back() {
    text.set(block.body);
    leave();
  }
  const swap = button("copilot-quiet", "", () => (host.querySelector("textarea") ? leave() : write()), panel.signal);
  swap.append(icon("edit"), element("span"));
  const reset = button("copilot-quiet", "Back to the agent’s text", back, panel.signal);
  read();
  return [host, element("div", "copilot-edit-tools", swap, reset, note)];
}

function wordsAbout(text) {
  if (!text.trim()) return "There is nothing left to run.";
  return visible(text) === text ? "Changed by you: this is what runs." : "Changed by you. It contains invisible characters.";
}

/** What goes along with a yes: the text, if somebody changed it; nothing goes when none is left. */
function edited(block, panel) {
  const text = editedText(block, panel);
  if (!block.editable || !text.isChanged()) return {};
  return text.get().trim() ? { body: text.get() } : null;
}
