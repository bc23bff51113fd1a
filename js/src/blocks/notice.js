// One line about the turn itself; what there is more to say is folded.
import { element, icon, ticked } from "../element.js";
import { foldedText } from "./fold.js";

/** @type {import("./index.js").BLOCKS["notice"]} */
export function notice(_block, { say }) {
  const el = element("div", "copilot-notice");
  let said = "";
  return {
    el,
    update(block) {
      el.dataset.level = block.level;
      const words = element("div", "copilot-words", ticked("", block.text));
      if (block.details) words.append(foldedText(block.details));
      el.replaceChildren(icon(block.level === "warning" ? "warning" : "info"), words);
      if (said !== block.text) say(block.text);
      said = block.text;
    },
  };
}
