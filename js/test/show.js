// A turn in a page of jsdom, with time in the test's hands. A person's clicks count at once.
import { vi } from "vitest";
import { connect } from "../src/sync.js";
import { mountView } from "../src/view.js";
import { FakeModel, delta, snapshot } from "./model.js";

const views = [];

/** A further view of the same turn, as a second window has it. */
export function mounted(el, sync) {
  const dispose = mountView({ el, sync, typeset: null });
  views.push(dispose);
  return dispose;
}

export function useStage({ beforeEach, afterEach }) {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "requestAnimationFrame", "performance"] });
  });
  afterEach(() => {
    views.splice(0).forEach((dispose) => dispose());
    document.body.replaceChildren();
    vi.useRealTimers();
  });
}

export function show(blocks, head) {
  const model = new FakeModel(snapshot(blocks, head));
  const sync = connect(model);
  const el = document.body.appendChild(document.createElement("div"));
  const dispose = mounted(el, sync);
  vi.advanceTimersByTime(50);
  let n = 0;
  const say = (...ops) => {
    model.says(delta(++n, ...ops));
    vi.advanceTimersByTime(50);
  };
  const one = (selector) => el.querySelector(selector);
  const all = (selector) => [...el.querySelectorAll(selector)];
  return {
    model,
    sync,
    el,
    dispose,
    say,
    one,
    all,
    named: (words) => all("button, a").find((node) => node.textContent.startsWith(words)),
    texts: (selector) => all(selector).map((node) => node.textContent),
    answers: () => model.sentOf("answer").map(({ v }) => v),
    said: () => [...one("[role=log]").children].map((line) => line.textContent),
    alerts: () => [...one("[role=alert]").children].map((line) => line.textContent),
  };
}

/** Writes into a field as a person would. */
export function write(field, text) {
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

export function press(node, key, more = {}) {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more });
  node.dispatchEvent(event);
  return event;
}
