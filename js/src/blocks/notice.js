// One line about the turn itself.
import { element, icon } from "../element.js";

/** @type {import("./index.js").BLOCKS["notice"]} */
export function notice(_block, { say }) {
  const el = element("div", "copilot-notice");
  return {
    el,
    update(block) {
      el.dataset.level = block.level;
      el.replaceChildren(icon(block.level === "warning" ? "warning" : "info"), element("span", "", block.text));
      say(block.text);
    },
  };
}
