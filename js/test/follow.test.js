// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { followEnd } from "../src/follow.js";

const WINDOW = 1000;
/** A notebook's scroll area ends above the window, where the status bar is. */
const AREA = { top: 100, bottom: 970 };

let grow;
let ending;
let at;
let area;
let end;
let scrolled;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance"] });
  vi.stubGlobal("ResizeObserver", class {
    constructor(callback) {
      grow = (bottom) => {
        at = bottom;
        callback();
      };
    }
    observe() {}
    disconnect() {
      grow = () => {};
    }
  });
  ending = new AbortController();
  area = document.body.appendChild(document.createElement("div"));
  area.style.overflowY = "auto";
  Object.defineProperties(area, { scrollHeight: { value: 5000 }, clientHeight: { value: 870 } });
  area.getBoundingClientRect = () => AREA;
  Object.defineProperty(document.documentElement, "clientHeight", { value: WINDOW, configurable: true });
  const root = area.appendChild(document.createElement("section"));
  end = root.appendChild(document.createElement("div"));
  end.getBoundingClientRect = () => ({ bottom: at });
  scrolled = end.scrollIntoView = vi.fn(() => (at = 750));
  followEnd(end, root, ending.signal);
  vi.advanceTimersByTime(2000);
});
afterEach(() => {
  ending.abort();
  document.body.replaceChildren();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const fire = (name, target = document.body) => target.dispatchEvent(new Event(name, { bubbles: true }));
function scrollTo(bottom) {
  at = bottom;
  fire("scroll", area);
}

describe("the end of a turn", () => {
  it("is followed from step to step, however fast it grows", () => {
    grow(300);
    for (const bottom of [980, 2000, 2500]) grow(bottom);

    expect(scrolled).toHaveBeenCalledTimes(3);
    expect(at).toBe(750);
  });

  it("counts as out of sight behind the edge of the notebook, within the window", () => {
    grow(960);
    grow(985);

    expect(scrolled).toHaveBeenCalledOnce();
  });

  it("is not gone to for somebody who never saw it", () => {
    grow(1500);
    grow(1600);

    expect(scrolled).not.toHaveBeenCalled();
  });

  it("is left by whoever scrolls away, and followed again where it is in sight again", () => {
    grow(900);
    fire("wheel");
    scrollTo(1800);
    vi.advanceTimersByTime(5000);
    grow(1900);
    const away = scrolled.mock.calls.length;
    fire("wheel");
    scrollTo(940);
    vi.advanceTimersByTime(5000);
    grow(1000);

    expect(away).toBe(0);
    expect(scrolled).toHaveBeenCalledOnce();
  });

  it("is left during a long drag of the scroll bar", () => {
    grow(900);
    fire("pointerdown");
    for (let step = 0; step < 6; step += 1) {
      vi.advanceTimersByTime(400);
      scrollTo(1000 + step * 300);
    }
    vi.advanceTimersByTime(5000);
    grow(4000);

    expect(scrolled).not.toHaveBeenCalled();
  });

  it("is followed after a scroll that no hand has made", () => {
    grow(900);
    scrollTo(1200);
    grow(1250);

    expect(scrolled).toHaveBeenCalledOnce();
  });

  it("waits for somebody who types in another cell, not for a caret that rests there", () => {
    const cell = document.body.appendChild(document.createElement("textarea"));
    cell.focus();
    grow(900);
    fire("keydown", cell);
    vi.advanceTimersByTime(3000);
    grow(1100);
    const typing = scrolled.mock.calls.length;
    vi.advanceTimersByTime(8000);
    grow(1200);

    expect(typing).toBe(0);
    expect(scrolled).toHaveBeenCalledOnce();
  });

  it("is let go with its view, and once nothing runs", () => {
    grow(900);
    end.hidden = true;
    grow(1100);
    end.hidden = false;
    ending.abort();
    grow(1200);

    expect(scrolled).not.toHaveBeenCalled();
  });
});
