// What folds into one line: steps of long ago in a long turn, and those of a sub-agent.
//
// Answers and results stay. `views/steps.py` folds stored turns by the same rule, so that nothing
// jumps at the end.
import { element, icon, setText } from "./element.js";

/** From this many tool calls on a turn is long; so many steps at its end stay as they are. */
export const MANY = 12;
export const KEPT = 6;
const FEWEST = 3;
const EARLIER = "earlier";

const OVER = new Set(["ok", "failed", "denied", "cancelled"]);
const FOLDS = {
  tool: (block) => OVER.has(block.state) && !block.outputs?.length && block.undo !== "offered",
  reasoning: (block) => Boolean(block.closed),
  permission: (block) => block.state !== "open",
  notice: (block) => block.level !== "warning",
};

/**
 * @param {import("./reduce.js").Block[]} blocks
 * @returns {import("./reduce.js").Block[][]} runs of neighbouring blocks that fold into a line each
 */
export function foldedRuns(blocks) {
  const calls = blocks.filter(isCall);
  const old = calls.length > MANY ? blocks.indexOf(calls[calls.length - KEPT]) : 0;
  const runs = [];
  let kind = "";
  blocks.forEach((block, at) => {
    const found = kindOf(block, kind, at < old);
    if (found && found !== kind) runs.push([]);
    if (found) runs.at(-1).push(block);
    kind = found;
  });
  return runs.filter((run) => run.filter(isCall).length >= FEWEST);
}

const isCall = ({ kind }) => kind === "tool";

/**
 * Which run a block belongs to: that of old steps, or a sub-agent's. What somebody was asked on the
 * way of a sub-agent goes along with its steps.
 */
function kindOf(block, before, isOld) {
  if (!FOLDS[block.kind]?.(block)) return "";
  if (isOld) return EARLIER;
  if (isCall(block)) return block.agent ? `agent ${block.agent}` : "";
  return before !== EARLIER && block.kind === "permission" ? before : "";
}

/** The sub-agent whose steps all of them are. */
function agentOf(run) {
  const agents = new Set(run.filter(isCall).map(({ agent }) => agent ?? ""));
  return agents.size === 1 ? [...agents][0] : "";
}

/**
 * Moves cards into their folds. A fold that a reader opened stays open; one that holds the focus
 * takes nothing in.
 *
 * @param {import("./view.js").Context} context
 */
export function stepFolds({ sync, signal }) {
  /** @type {Map<string, {el: HTMLDetailsElement, words: HTMLElement}>} */
  const folds = new Map();

  function fold(id) {
    if (folds.has(id)) return folds.get(id);
    const words = element("span");
    const el = /** @type {HTMLDetailsElement} */ (element("details", "copilot-steps"));
    el.append(element("summary", "", icon("chevron"), words));
    el.open = sync.store.isOpen(`steps ${id}`);
    el.addEventListener("toggle", () => sync.store.setOpen(`steps ${id}`, el.open), { signal });
    const made = { el, words };
    folds.set(id, made);
    return made;
  }

  /** @param {(id: string) => {el: HTMLElement} | undefined} card */
  function gather(run, card) {
    const { el, words } = fold(run[0].id);
    let last = el.firstElementChild;
    for (const { id } of run) {
      const one = card(id)?.el;
      if (!one || one.parentNode?.closest(".copilot-tool")) continue;
      if (one.parentNode !== el && one.contains(one.ownerDocument.activeElement)) continue;
      if (!el.isConnected) (one.closest(".copilot-steps") ?? one).before(el);
      if (last.nextElementSibling !== one) last.after(one);
      last = one;
    }
    setText(words, wordsOf(run));
    el.classList.toggle("copilot-nested", Boolean(agentOf(run)));
    return el;
  }

  return {
    clear: () => folds.clear(),
    update(blocks, card) {
      const used = new Set(foldedRuns(blocks).map((run) => gather(run, card)));
      for (const { el } of folds.values()) if (!used.has(el) && el.isConnected) dissolve(el);
    },
  };
}

/** What it still holds stands by itself again. */
function dissolve(el) {
  el.firstElementChild.remove();
  el.replaceWith(...el.children);
}

function wordsOf(run) {
  const calls = run.filter(isCall);
  const failed = calls.filter(({ state }) => state === "failed" || state === "denied").length;
  const agent = agentOf(run);
  const what = agent ? `${calls.length} steps of ${agent}` : `${calls.length} earlier steps`;
  return `${what}${failed ? ` · ${failed} failed or denied` : ""}`;
}
