// What code did to the user's names, and the button that takes it back.
import { deliberate } from "../a11y.js";
import { button, element, icon, setText, ticked } from "../element.js";

const AGAIN_MS = 5000;

/**
 * @param {string} id  the tool call's
 * @param {import("../view.js").Context} context
 */
export function changesOf(id, { sync, say, signal }) {
  const list = element("ul");
  list.setAttribute("aria-label", "What changed");
  const undone = element("span", "copilot-muted", "Taken back.");
  const undo = button("copilot-button copilot-small", "", take, signal);
  const word = element("span", "", "Undo");
  undo.append(icon("undo"), word);
  const el = element("div", "copilot-changes", list, undo, undone);
  let isDeliberate = null;
  let drawn = "";
  let state = "";

  function take(event) {
    if (!isDeliberate?.(event)) return;
    sync.act("undo", { tool_call_id: id });
    rest(true);
    setTimeout(() => rest(false), AGAIN_MS);
  }
  function rest(busy) {
    undo.disabled = busy;
    setText(word, busy ? "Taking back…" : "Undo");
  }
  return {
    el,
    update({ changes = [], undo: offered = "" }) {
      if (drawn !== changes.join("\n")) list.replaceChildren(...changes.map((line) => element("li", "", ticked("", line))));
      drawn = changes.join("\n");
      el.hidden = !drawn && !offered;
      if (offered === state && el.dataset.state !== undefined) return;
      if (offered === "offered") isDeliberate = deliberate();
      if (offered === "done" && state === "offered") say("The changes were taken back");
      undo.hidden = offered !== "offered";
      undone.hidden = offered !== "done";
      el.dataset.state = state = offered;
      rest(false);
    },
  };
}
