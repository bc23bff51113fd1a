// The agent's list of tasks as it stands now: one per turn, changed in place.
import { element, hidden, icon, setText, visible } from "../element.js";

const STATES = { pending: ["to do", "pending"], running: ["in progress", "running"], done: ["done", "ok"], blocked: ["blocked", "denied"] };

/** @type {import("./index.js").BLOCKS["todo"]} */
export function todo(block, { sync, say, signal }) {
  const count = element("span", "copilot-state");
  const bar = element("progress", "copilot-bar");
  bar.setAttribute("aria-hidden", "true");
  const list = element("ul", "copilot-tasks");
  const title = element("span", "copilot-title", "Tasks");
  const summary = element("summary", "", element("span", "copilot-mark", icon("list")), title, bar, count, icon("chevron"));
  const fold = element("details", "", summary, element("div", "copilot-card-body", list));
  const el = element("div", "copilot-card copilot-todo", fold);
  fold.open = sync.store.isOpen(block.id, true);
  fold.addEventListener("toggle", () => sync.store.setOpen(block.id, fold.open), { signal });
  let said = "";

  return {
    el,
    update({ items = [] }, { ended }) {
      const done = items.filter(({ state }) => state === "done").length;
      const words = `${done} of ${items.length} done`;
      setText(count, words);
      [bar.max, bar.value] = [items.length || 1, done];
      while (list.childElementCount > items.length) list.lastChild.remove();
      items.forEach((item, at) => drawItem(list, at, item, ended));
      if (said !== words) say(`Tasks: ${words}`);
      said = words;
    },
  };
}

/** Only what changed is touched: a reader's place and selection stay. */
function drawItem(list, at, { text, state }, ended) {
  const now = ended && state === "running" ? "pending" : state;
  const [words, picture] = STATES[now] ?? STATES.pending;
  const item = list.children[at] ?? list.appendChild(element("li", "", element("span", "copilot-mark"), element("span"), hidden("")));
  if (item.dataset.state !== now) item.firstChild.replaceChildren(icon(picture));
  item.dataset.state = now;
  setText(item.children[1], visible(text));
  setText(item.lastChild, ` (${words})`);
}
