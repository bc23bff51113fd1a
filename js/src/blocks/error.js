// Why the turn failed, and the next step.
import { element, icon, ticked } from "../element.js";
import { markdown } from "../markdown.js";
import { foldedText } from "./fold.js";

/** @type {import("./index.js").BLOCKS["error"]} */
export function error(_block, { alert }) {
  const el = element("div", "copilot-card copilot-error");
  let said = "";
  return {
    el,
    update(block) {
      const words = element("div", "copilot-words", element("div", "", ticked("copilot-error-message", block.message)));
      if (block.hint) words.append(markdown(block.hint, "copilot-markdown copilot-muted"));
      if (block.details) words.append(foldedText(block.details));
      el.replaceChildren(icon("warning"), words);
      const spoken = `Error: ${block.message} ${block.hint ?? ""}`;
      if (said !== spoken) alert(spoken);
      said = spoken;
    },
  };
}
