// One view of one turn: its blocks in order, what goes on now, and what it cost.
//
// Changes are drawn at most once per frame, and only the blocks that changed.
import { announcer, isolateKeys } from "./a11y.js";
import { BLOCKS } from "./blocks/index.js";
import { element } from "./element.js";
import { followEnd } from "./follow.js";
import { drawFooter } from "./footer.js";
import { HEAD } from "./reduce.js";
import { spin } from "./spin.js";
import { statusLine } from "./status.js";
import { stepFolds } from "./steps.js";

/**
 * What a block may use.
 * @typedef {object} Context
 * @property {ReturnType<import("./sync.js").connect>} sync
 * @property {HTMLElement} root
 * @property {(text: string) => void} say
 * @property {(text: string) => void} alert
 * @property {((node: Element) => void) | null} typeset
 * @property {AbortSignal} signal
 */

/**
 * @param {{el: HTMLElement, sync: ReturnType<import("./sync.js").connect>, typeset: Context["typeset"]}} options
 * @returns {() => void} takes the view away
 */
export function mountView({ el, sync, typeset }) {
  const ending = new AbortController();
  const voice = announcer();
  const root = element("section", "copilot-live");
  root.setAttribute("aria-label", "Copilot");
  /** @type {Context} */
  const context = { sync, root, typeset, say: voice.say, alert: voice.alert, signal: ending.signal };
  isolateKeys(root, ending.signal);

  const label = element("div", "copilot-label");
  const body = element("div", "copilot-blocks");
  const status = statusLine(context);
  const footer = element("div", "copilot-footer");
  root.append(label, body, status.el, footer, ...voice.nodes);
  el.append(root);
  const folds = stepFolds(context);
  followEnd(status.el, root, ending.signal);
  spin(root, ending.signal);

  /** @type {Map<string, {el: HTMLElement, update: (block: object, queue: object) => void}>} */
  let cards = new Map();
  /** @type {Set<string> | null} */
  let dirty = null;
  let planned = false;
  /** The blocks as they stand in the page; one that went away leads to a new drawing. */
  let drawn = [];
  /** Tool calls that wait for somebody's answer. */
  let lastHeld = new Set();

  function draw() {
    planned = false;
    if (ending.signal.aborted) return;
    const page = sync.page();
    if (drawn.some((id, at) => page.blocks[at]?.id !== id)) dirty = null;
    drawn = page.blocks.map(({ id }) => id);
    if (!dirty) {
      cards = new Map();
      folds.clear();
      body.replaceChildren();
    }
    const open = page.blocks.filter((block) => block.state === "open");
    const waiting = open.map((block) => block.id);
    const held = new Set(open.map((block) => block.tool_call_id).filter(Boolean));
    for (const id of new Set([...held, ...lastHeld])) if (held.has(id) !== lastHeld.has(id)) dirty?.add(id);
    lastHeld = held;
    for (const block of page.blocks) {
      if (dirty && !dirty.has(block.id) && cards.has(block.id) && !waiting.includes(block.id)) continue;
      const one = card(block);
      one.el.classList.toggle("copilot-inside", settle(block, one, cards.get(block.tool_call_id)));
      update(one, block, { ended: ENDED.has(page.head.state), held: held.has(block.id), waiting });
    }
    folds.update(page.blocks, (id) => cards.get(id));
    label.textContent = page.head.label;
    label.hidden = !page.head.label;
    status.update(page.head, waiting.length);
    drawFooter(footer, page.head);
    root.dataset.state = page.head.state;
    dirty = new Set();
    sync.keep();
  }

  function card(block) {
    let one = cards.get(block.id);
    if (!one) {
      one = (BLOCKS[block.kind] ?? BLOCKS.unknown)(block, context);
      one.el.classList.add("copilot-block");
      cards.set(block.id, one);
      body.append(one.el);
    }
    return one;
  }

  function changed(touched) {
    if (!touched) dirty = null;
    else if (dirty) for (const id of touched) dirty.add(id);
    if (touched?.has(HEAD) && ENDED.has(sync.page().head.state)) {
      for (const block of sync.page().blocks) dirty?.add(block.id);
    }
    if (planned) return;
    planned = true;
    requestAnimationFrame(draw);
  }

  const unsubscribe = sync.subscribe(changed);
  changed(null);
  return () => {
    unsubscribe();
    ending.abort();
    root.remove();
  };
}

/** A block that cannot be drawn must not take the others with it. */
function update(one, block, turn) {
  try {
    one.update(block, turn);
  } catch (error) {
    console.error("copilot_nb: a block could not be drawn", error);
    one.el.replaceChildren(element("p", "copilot-muted", "This part of the turn could not be drawn."));
  }
}

/** An answered request moves to the tool call that it was about. */
function settle(block, { el }, call) {
  if (!call?.slot || block.state === "open") return false;
  if (el.parentNode !== call.slot) call.slot.append(el);
  return true;
}

const ENDED = new Set(["done", "stopped", "failed"]);
