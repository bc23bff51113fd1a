// The model's reasoning, folded. What nobody opens is never rendered.
import { element, icon, setText } from "../element.js";
import { secondsOf } from "../footer.js";
import { MarkdownView } from "../markdown.js";

/** @type {import("./index.js").BLOCKS["reasoning"]} */
export function reasoning(block, { sync, typeset, signal }) {
  const title = element("span", "copilot-title");
  const body = element("div", "copilot-markdown copilot-reasoning-text");
  const summary = element("summary", "", icon("thought"), title, icon("chevron"));
  const el = element("details", "copilot-reasoning", summary, body);
  const view = new MarkdownView(body);
  let latest = block;
  let ended = false;

  function draw() {
    for (const node of view.update(latest.text ?? "", Boolean(latest.closed) || ended)) typeset?.(node);
  }

  el.open = sync.store.isOpen(block.id);
  el.addEventListener(
    "toggle",
    () => {
      sync.store.setOpen(block.id, el.open);
      if (el.open) draw();
    },
    { signal },
  );
  return {
    el,
    update(next, turn) {
      latest = next;
      ended = turn.ended;
      const done = next.closed || ended;
      el.dataset.state = done ? "done" : "running";
      const seconds = secondsOf(next.seconds);
      setText(title, done ? `Thought${seconds ? ` for ${seconds}` : ""}` : "Thinking…");
      if (el.open) draw();
    },
  };
}
