// The agent's answer: Markdown that grows.
import { element } from "../element.js";
import { MarkdownView } from "../markdown.js";

/** @type {import("./index.js").BLOCKS["text"]} */
export function text(_block, { say, typeset }) {
  const el = element("div", "copilot-text copilot-markdown");
  const view = new MarkdownView(el);
  return {
    el,
    update(block, { ended }) {
      for (const node of view.update(block.text ?? "", Boolean(block.closed) || ended)) {
        say(node.textContent);
        typeset?.(node);
      }
    },
  };
}
