// The line in which a person tells a running turn something: now, or when it is through.
import { button, element, hidden } from "./element.js";

const DRAFT = "say";
let boxes = 0;

/**
 * The field never takes the focus by itself; its two buttons come with the first letter. Words that
 * were begun stay in sight while the turn runs.
 *
 * @param {import("./view.js").Context} context
 * @returns {{el: HTMLElement, show: (possible: boolean) => void}}
 */
export function sayBox({ sync, say, signal }) {
  const id = `copilot-say-${++boxes}`;
  const field = /** @type {HTMLTextAreaElement} */ (element("textarea", "copilot-field copilot-say-field"));
  field.rows = 1;
  field.placeholder = "Tell it something…";
  field.value = sync.store.draft(DRAFT);
  field.setAttribute("aria-label", "Tell the agent something while it works");
  field.setAttribute("aria-describedby", id);
  const help = hidden("Enter sends it into this turn, Alt+Enter keeps it for after the turn.");
  help.id = id;
  const now = button("copilot-button", "Tell it now", (event) => send("steer", event), signal);
  const later = button("copilot-button", "After this turn", (event) => send("queue", event), signal);
  now.title = "Enter";
  later.title = "Alt+Enter";
  const el = element("div", "copilot-say", field, now, later, help);

  function send(mode, event) {
    const text = field.value.trim();
    if (!event.isTrusted || !text) return;
    sync.act("say", { text, mode });
    say(mode === "steer" ? "Sent to the agent" : "Sent; it is read after this turn");
    field.value = "";
    typed();
    field.focus({ preventScroll: true });
  }

  function typed() {
    sync.store.setDraft(DRAFT, field.value);
    now.hidden = later.hidden = !field.value.trim();
  }

  const keydown = (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send(event.altKey ? "queue" : "steer", event);
  };
  field.addEventListener("input", typed, { signal });
  field.addEventListener("keydown", keydown, { signal });
  typed();
  return {
    el,
    show(possible) {
      el.hidden = !possible && !field.value;
    },
  };
}
