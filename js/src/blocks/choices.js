// The buttons of a panel, and the field for a reason that some of them open.
import { button, element, keyCap, visible } from "../element.js";
import { textField } from "../field.js";

const REFUSALS = /^(?:deny|reject|no$|cancel$)/;
/** What the field that a choice opens is for: its name and an example. */
const FIELDS = {
  add: ["How many more", "Such as 100"],
  reject: ["What should be different, sent to the agent", "What should be different?"],
};
const REASON = ["Reason, sent to the agent", "What should it do instead?"];

/**
 * @param {{id: string, label: string, key?: string, style?: string, asks_feedback?: boolean}[]} choices
 * @param {import("./request.js").Panel} panel
 * @param {() => object | null} [more]  what goes along with a yes, such as an edited text; null holds it back
 * @returns {HTMLElement[]} the row, and the place of the field
 */
export function choiceButtons(choices, panel, more = () => ({})) {
  const groups = [element("div", "copilot-button-group"), element("div", "copilot-button-group")];
  const feedback = element("div");
  for (const choice of choices ?? []) {
    const choose = (event) => {
      if (choice.asks_feedback) return askFeedback(feedback, choice, panel, event);
      const along = REFUSALS.test(choice.id) ? {} : more();
      if (along) panel.answer({ choice: choice.id, ...along }, event);
    };
    groups[REFUSALS.test(choice.id) ? 1 : 0].append(choiceButton(choice, choose, panel));
  }
  return [element("div", "copilot-buttons", ...groups), feedback];
}

function choiceButton(choice, choose, panel) {
  const node = button(`copilot-button copilot-${choice.style || "plain"}`, visible(choice.label), choose, panel.signal);
  if (choice.key) {
    node.append(keyCap(choice.key.toUpperCase()));
    panel.shortcut(choice.key, node, choose);
  }
  return node;
}

function askFeedback(host, choice, panel, event) {
  if (!panel.deliberate(event)) return;
  const [label, placeholder] = FIELDS[choice.id] ?? REASON;
  const row = textField({
    label: `${choice.label}: ${label}`,
    placeholder,
    rows: choice.id === "add" ? 1 : 2,
    draft: panel.draft(),
    signal: panel.signal,
    send: (feedback, sending) => (feedback || choice.id !== "add") && panel.answer({ choice: choice.id, feedback }, sending),
  });
  host.replaceChildren(row);
  row.querySelector("textarea").focus();
}
