// The time that is left to answer: seen by the second, said once.
import { element, setText } from "../element.js";

const SECOND = 1000;
const LATE = 10;

/** Counts from when the limit was first known: a request may wait its turn while time runs. */
export function countdown(now = () => performance.now()) {
  const el = element("div", "copilot-countdown");
  el.setAttribute("role", "timer");
  el.setAttribute("aria-live", "off");
  el.hidden = true;
  let ends = 0;
  let show = () => {};

  return {
    el,
    limit(seconds) {
      if (!seconds || ends) return;
      ends = now() + seconds * SECOND;
      show();
    },
    start(say, signal) {
      const draw = () => {
        const left = Math.max(0, Math.ceil((ends - now()) / SECOND));
        setText(el, left ? `Declined by itself in ${words(left)}` : "Time is up");
        el.dataset.state = left <= LATE ? "late" : "";
      };
      show = () => {
        if (!ends || !el.hidden) return;
        draw();
        el.hidden = false;
        say(el.textContent);
        const ticking = setInterval(draw, SECOND);
        signal.addEventListener("abort", () => {
          clearInterval(ticking);
          el.hidden = true;
        });
      };
      show();
    },
  };
}

const words = (left) => (left < 60 ? `${left} s` : `${Math.floor(left / 60)} min ${left % 60} s`);
