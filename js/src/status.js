// The line below a running turn: what goes on now, the Stop button, and a field to join in.
import { button, element, icon, setText } from "./element.js";
import { HEAD } from "./reduce.js";
import { sayBox } from "./say.js";

/** @param {import("./view.js").Context} context */
export function statusLine(context) {
  const { sync, signal } = context;
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
  const line = element("div", "copilot-status-line", icon("running"), words, stop);
  const box = sayBox(context);
  const el = element("div", "copilot-status", line, box.el);

  return {
    el,
    update(head, waiting) {
      const running = head.state === "waiting" || head.state === "running";
      el.hidden = !running;
      el.dataset.state = waiting ? "asking" : "working";
      setText(words, waiting ? "Waiting for you" : head.status || "Working…");
      const sending = sync.store.sending(HEAD) === "sending";
      stop.disabled = sending;
      box.show(head.state === "running" && !waiting);
      setText(stopWord, sending ? "Stopping…" : "Stop");
    },
  };
}
