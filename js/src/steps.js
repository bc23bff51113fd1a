// Long turns: what was done long ago folds into one line, answers and results stay.
//
// `views/steps.py` folds stored turns by the same rule, so that nothing jumps at the end.
import { element, icon, setText } from "./element.js";

/** From this many tool calls on a turn is long; so many steps at its end stay as they are. */
export const MANY = 12;
export const KEPT = 6;
const FEWEST = 3;

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
export function oldSteps(blocks) {
  const calls = blocks.filter(({ kind }) => kind === "tool");
  if (calls.length <= MANY) return [];
  const first = blocks.indexOf(calls[calls.length - KEPT]);
  const runs = [];
  let run = [];
  for (const block of blocks.slice(0, first)) {
    if (FOLDS[block.kind]?.(block)) run.push(block);
    else runs.push(run.splice(0));
  }
  runs.push(run);
  return runs.filter((one) => one.filter(({ kind }) => kind === "tool").length >= FEWEST);
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
      if (!el.isConnected) one.before(el);
      if (last.nextElementSibling !== one) last.after(one);
      last = one;
    }
    setText(words, wordsOf(run));
    return el;
  }

  return {
    clear: () => folds.clear(),
    update(blocks, card) {
      const used = new Set(oldSteps(blocks).map((run) => gather(run, card)));
      for (const { el } of folds.values()) if (!used.has(el)) el.remove();
    },
  };
}

function wordsOf(run) {
  const calls = run.filter(({ kind }) => kind === "tool");
  const failed = calls.filter(({ state }) => state === "failed" || state === "denied").length;
  return `${calls.length} earlier steps${failed ? ` · ${failed} failed or denied` : ""}`;
}
