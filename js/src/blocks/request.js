// What permission and question panels share: one is asked at a time, a click counts once and only
// when a person made it, and an answered request becomes one line.
import { deliberate, focusGently, isField, shortcut } from "../a11y.js";
import { element, icon, ticked, visible } from "../element.js";
import { countdown } from "./countdown.js";

/** Longer answers do not fit into the line and stand in full below it. */
const SHORT = 60;
let panels = 0;

/**
 * @typedef {object} Panel
 * @property {(value: object, event: Event) => void} answer  ignored when not deliberate
 * @property {(event: Event) => boolean} deliberate
 * @property {(key: string, node: HTMLElement, run: (event: Event) => void) => void} shortcut  Alt + key
 * @property {(field?: string) => {get: () => string, set: (text: string) => void}} draft  what was typed
 * @property {AbortSignal} signal
 *
 * @typedef {object} Parts
 * @property {string} name
 * @property {string} icon
 * @property {(block: any) => string} heading
 * @property {(block: any) => string} line  the request in one line
 * @property {(block: any) => Node | null} mark  stands beside the heading
 * @property {(block: any) => string} call  what a screen reader says when it appears
 * @property {(block: any, panel: Panel) => (Node | null)[]} ask
 * @property {(block: any) => (Node | null)[]} record  what the answered line unfolds to
 *
 * @param {Parts} parts
 * @param {import("../view.js").Context} context
 * @returns {import("./index.js").Card}
 */
export function request(parts, context) {
  const el = element("div", `copilot-card copilot-request copilot-${parts.name}`);
  const id = `copilot-panel-${++panels}`;
  const clock = countdown();
  let drawn = "";
  let wanted = "";
  let last = null;
  let mode = "";
  let panel = null;

  return {
    el,
    update(block, { waiting }) {
      const next = block.state !== "open" ? "answered" : waiting[0] === block.id ? "asking" : "queued";
      clock.limit(block.time_limit);
      if (block !== last) wanted = contentOf(block);
      last = block;
      if (next !== mode || wanted !== drawn) {
        const hadFocus = el.contains(el.ownerDocument.activeElement);
        panel?.end();
        panel = next === "asking" ? askingPanel(parts, block, context, { el, id, clock, fresh: mode !== "asking" }) : null;
        if (next === "answered") el.replaceChildren(answeredLine(parts, block));
        if (next === "queued") el.replaceChildren(queuedLine(parts, block));
        if (next === "answered" && hadFocus) el.querySelector("summary")?.focus({ preventScroll: true });
        el.dataset.state = next;
        [drawn, mode] = [wanted, next];
      }
      panel?.update(waiting.length - 1);
    },
  };
}

/** A time limit may come later, and is no reason to draw a panel anew in which somebody types. */
const contentOf = (block) => JSON.stringify({ ...block, time_limit: null });

function askingPanel(parts, block, { sync, root, say, alert, signal }, { el, id, clock, fresh }) {
  const ending = new AbortController();
  signal.addEventListener("abort", () => ending.abort(), { signal: ending.signal });
  const panel = panelOf(block, sync, el, ending.signal);
  const heading = headingOf(parts.heading(block), id);
  const more = element("span", "copilot-chip");
  const note = element("div", "copilot-note");
  note.setAttribute("role", "status");
  el.setAttribute("role", "group");
  el.setAttribute("aria-labelledby", id);
  const head = element("div", "copilot-request-head", icon(parts.icon), heading, parts.mark(block), more);
  el.replaceChildren(head, ...parts.ask(block, panel).filter(Boolean), clock.el, note);
  clock.start(say, ending.signal);
  if (fresh) {
    alert(visible(parts.call(block)));
    // Where there is nothing but words to give, they can be written at once; an empty field sends nothing.
    focusGently(el.querySelector("[data-first]") ?? heading, el, root);
  }
  return {
    end: () => ending.abort(),
    update(others) {
      more.textContent = `${others} more waiting`;
      more.hidden = others < 1;
      const sending = sync.store.sending(block.id);
      for (const node of el.querySelectorAll("button, textarea, input, select")) node.disabled = sending === "sending";
      note.textContent = NOTES[sending];
      note.hidden = !sending;
    },
  };
}

/** @returns {Panel} */
function panelOf(block, sync, el, signal) {
  const isDeliberate = deliberate();
  const shortcuts = new Map();
  const keydown = (event) => {
    const run = isField(event.target) ? null : shortcuts.get(shortcut(event));
    if (!run) return;
    event.preventDefault();
    run(event);
  };
  el.addEventListener("keydown", keydown, { signal });
  return {
    signal,
    deliberate: isDeliberate,
    draft: (field = "") => {
      const key = field ? `${block.id} ${field}` : block.id;
      return { get: () => sync.store.draft(key), set: (text) => sync.store.setDraft(key, text) };
    },
    answer(value, event) {
      if (isDeliberate(event)) sync.answer(block.id, value);
    },
    shortcut(key, node, run) {
      shortcuts.set(key.toUpperCase(), run);
      node.setAttribute("aria-keyshortcuts", `Alt+${key.toUpperCase()}`);
      node.title = `Alt+${key.toUpperCase()}`;
    },
  };
}

/** Focus lands here or in a field, not on a button: a stray Enter must not approve anything. */
function headingOf(words, id) {
  const node = element("div", "copilot-request-heading", words);
  node.id = id;
  node.tabIndex = -1;
  node.setAttribute("role", "heading");
  node.setAttribute("aria-level", "3");
  return node;
}

const NOTES = {
  "": "",
  sending: "Sending…",
  unconfirmed: "The kernel has not confirmed this yet. It may be busy; you can answer again.",
};

function queuedLine(parts, block) {
  return element(
    "div",
    "copilot-request-line",
    icon("pending"),
    element("span", "copilot-muted", "Waiting its turn:"),
    element("span", "copilot-subtitle", parts.line(block)),
  );
}

function answeredLine(parts, block) {
  const mark = block.state === "cancelled" ? "cancelled" : /^(?:denied|declined|rejected|cancelled|withdrawn|not )/i.test(block.answer) ? "denied" : "ok";
  const words = block.answer || (block.state === "cancelled" ? "Not answered" : "Answered");
  const record = parts.record(block).filter(Boolean);
  if (words.length > SHORT) record.unshift(element("div", "copilot-intention", words));
  const line = element(
    record.length ? "summary" : "div",
    record.length ? "" : "copilot-request-line",
    element("span", "copilot-mark", icon(mark)),
    element("span", "copilot-title", words),
    block.by ? ticked("copilot-by", block.by) : null,
    element("span", "copilot-subtitle", parts.line(block)),
    record.length ? icon("chevron") : null,
  );
  line.dataset.mark = mark;
  return record.length ? element("details", "", line, element("div", "copilot-card-body", ...record)) : line;
}
