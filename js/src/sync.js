// The only part of the page that talks to Python.
//
// kernel -> page  {k:"d"} delta, {k:"s"} snapshot, {k:"ok"} answer to ready, {k:"whole"} all of a text
//                 that came cut, {k:"end"} it is over, {k:"freeze"} it is over: the stored form
// page -> kernel  {k:"ready"}, {k:"sync"}, {k:"answer"}, {k:"act"}, {k:"stop"}, {k:"ended"}
import { freezeInPlace } from "./freeze.js";
import { isLost, lostPage, storedForm, watchKernel } from "./lost.js";
import { EMPTY, HEAD, fromSnapshot, receive } from "./reduce.js";
import { createStore } from "./store.js";

const VERSION = 1;
const KNOCKS = 7;
const FIRST_KNOCK_MS = 250;
const FIRST_ASK_MS = 500;
const LONGEST_ASK_MS = 8000;
/** After this long a silent kernel is taken for gone; a page that only reconnected hears from it. */
const SILENCE_MS = 2000;

const ENDED = new Set(["done", "stopped", "failed"]);

/** One id per page, so that the kernel notices a reload or a second window. */
const PAGE = (globalThis[Symbol.for("copilot_nb.page")] ??= Math.random().toString(36).slice(2));

/**
 * @param {{get: Function, on: Function, off: Function, send: Function, widget_manager?: any}} model
 */
export function connect(model) {
  /** @type {Set<(touched: Set<string> | null) => void>} */
  const listeners = new Set();
  const tell = (touched) => listeners.forEach((listener) => listener(touched));
  const store = createStore((id) => tell(new Set([id])));

  const first = model.get("snap");
  let page = first?.e ? fromSnapshot(first) : EMPTY;
  let heard = false;
  let asking = 0;
  let knocking = 0;
  let silence = 0;
  let mid = "";

  function take(message) {
    clearTimeout(silence);
    if (message.k === "freeze") freezeInPlace(model, message);
    if (message.k === "freeze" || message.k === "end") return model.send({ k: "ended", page: PAGE });
    if (message.k === "ok") return acknowledged(message);
    if (message.k === "whole") return store.keepWhole(message.id, message.text);
    const step = receive(page, message);
    page = step.page;
    if (step.behind) ask();
    if (step.reset) {
      clearTimeout(asking);
      asking = 0;
    }
    for (const id of step.reset ? page.blocks.map((block) => block.id) : step.touched) store.settle(id);
    if (step.reset) tell(null);
    else if (step.touched.size) tell(step.touched);
  }

  /** Asks for a snapshot, and again with growing pauses until one has come. */
  function ask(pause = FIRST_ASK_MS) {
    if (asking) return;
    model.send({ k: "sync", e: page.epoch, have: page.seq });
    asking = setTimeout(() => {
      asking = 0;
      ask(Math.min(pause * 2, LONGEST_ASK_MS));
    }, pause);
  }

  function acknowledged({ e, n, mid: id }) {
    heard = true;
    mid = id ?? mid;
    clearTimeout(knocking);
    const behind = () => e !== page.epoch || n > page.seq;
    if (behind()) setTimeout(() => behind() && ask(), FIRST_KNOCK_MS);
  }

  /** Says "ready" until the kernel answers: behind a busy cell the first words may wait long. */
  function knock(count = 0) {
    if (heard || count > KNOCKS) return;
    clearTimeout(knocking);
    model.send({ k: "ready", v: VERSION, page: PAGE, e: page.epoch, have: page.seq });
    knocking = setTimeout(() => knock(count + 1), FIRST_KNOCK_MS * 2 ** count);
  }

  /** The kernel seems to be gone: one question, and if nothing comes the turn is over. */
  function doubt() {
    clearTimeout(silence);
    if (ENDED.has(page.head.state) || !page.epoch) return;
    try {
      model.send({ k: "sync", e: page.epoch, have: page.seq });
    } catch {
      // The comm is closed: the time-out below tells.
    }
    silence = setTimeout(() => {
      page = lostPage(page);
      unwatch();
      tell(null);
    }, SILENCE_MS);
  }

  const unwatch = watchKernel(model, doubt);
  model.on("msg:custom", take);
  model.on("change:snap", () => {
    const snapshot = model.get("snap");
    if (snapshot?.e) take({ k: "s", ...snapshot });
  });

  return {
    store,
    take,
    ready: () => knock(),
    page: () => page,

    /** Puts the turn into the document, when the kernel cannot do it any more. */
    keep() {
      if (isLost(page)) freezeInPlace(model, { mid, data: (stored) => storedForm(page, stored) });
    },

    /** @returns {() => void} ends the subscription; the listener gets null when all may differ */
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    /** The answer counts only when the kernel says so; until then the panel shows "Sending…". */
    answer(id, value) {
      if (!store.send(id)) return;
      model.send({ k: "answer", id, v: value });
      tell(new Set([id]));
    },

    /**
     * Anything else that a person did: "say", "undo", "more", … What comes of it is a change of the turn.
     *
     * @param {string} name
     * @param {object} value
     */
    act(name, value) {
      model.send({ k: "act", a: name, v: value });
    },

    stop() {
      if (!store.send(HEAD)) return;
      model.send({ k: "stop" });
      tell(new Set([HEAD]));
    },
  };
}
