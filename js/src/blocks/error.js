// Why the turn failed, and the next step.
import { element, icon } from "../element.js";
import { markdown } from "../markdown.js";

/** @type {import("./index.js").BLOCKS["error"]} */
export function error(_block, { alert }) {
  const el = element("div", "copilot-card copilot-error");
  return {
    el,
    update(block) {
      const words = element("div", "copilot-error-words", element("div", "copilot-error-message", block.message));
      if (block.hint) words.append(markdown(block.hint, "copilot-markdown copilot-muted"));
      if (block.details) words.append(details(block.details));
      el.replaceChildren(icon("warning"), words);
      alert(`Error: ${block.message} ${block.hint ?? ""}`);
    },
  };
}

function details(text) {
  const pre = element("pre", "copilot-pre", text);
  pre.tabIndex = 0;
  return element("details", "", element("summary", "copilot-muted", "Details", icon("chevron")), pre);
}
