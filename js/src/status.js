// The line below a running turn: what goes on now, and the Stop button.
import { button, element, icon, setText } from "./element.js";
import { HEAD } from "./reduce.js";

/** @param {import("./view.js").Context} context */
export function statusLine({ sync, signal }) {
  const words = element("span", "copilot-status-text");
  words.setAttribute("role", "status");
  const stop = button(
    "copilot-quiet copilot-stop",
    "",
    (event) => event.isTrusted && sync.stop(),
    signal,
  );
  const stopWord = element("span", "", "Stop");
  stop.append(icon("stop"), stopWord);
  const el = element("div", "copilot-status", icon("running"), words, stop);

  return {
    el,
    update(head, waiting) {
      const running = head.state === "waiting" || head.state === "running";
      el.hidden = !running;
      el.dataset.state = waiting ? "asking" : "working";
      setText(words, waiting ? "Waiting for you" : head.status || "Working…");
      const sending = sync.store.sending(HEAD) === "sending";
      stop.disabled = sending;
      setText(stopWord, sending ? "Stopping…" : "Stop");
    },
  };
}
