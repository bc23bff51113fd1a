// A text to read and, after a click, to write: a field with even letters, in which Tab indents and
// Escape leaves.
import { button, element, icon, setText } from "./element.js";

const INDENT = "    ";
const MARK = "=";

/**
 * What somebody made of a text, kept as a draft: an emptied one is not the same as one never touched.
 *
 * @param {string} original
 * @param {import("./blocks/request.js").Panel} panel
 */
export function editedText(original, panel) {
  const draft = panel.draft("edited");
  const get = () => (draft.get() ? draft.get().slice(MARK.length) : original);
  return { get, set: (text) => draft.set(text === original ? "" : MARK + text), reset: () => draft.set(""), isChanged: () => get() !== original };
}

/**
 * @param {object} options
 * @param {ReturnType<typeof editedText>} options.text
 * @param {string} options.label  for screen readers
 * @param {() => (Node | null)[]} options.draw  the text as it is read
 * @param {() => string} options.tell  what there is to say about a changed text
 * @param {AbortSignal} options.signal
 * @returns {HTMLElement[]} the text, and below it the buttons
 */
export function readOrWrite({ text, label, draw, tell, signal }) {
  const host = element("div");
  const note = element("span", "copilot-muted");
  const say = () => {
    reset.hidden = !text.isChanged();
    note.textContent = tell();
  };
  function read() {
    host.replaceChildren(...draw().filter(Boolean));
    setText(word, "Edit");
    say();
  }
  function write() {
    const changed = (now) => {
      text.set(now);
      say();
    };
    const field = editor({ text: text.get(), label, signal, leave, changed });
    host.replaceChildren(field);
    setText(word, "Done");
    field.focus();
  }
  function leave() {
    read();
    swap.focus();
  }
  function back() {
    text.reset();
    leave();
  }
  const word = element("span");
  const swap = button("copilot-quiet", "", () => (host.querySelector("textarea") ? leave() : write()), signal);
  swap.append(icon("edit"), word);
  const reset = button("copilot-quiet", "Back to the agent’s text", back, signal);
  read();
  return [host, element("div", "copilot-edit-tools", swap, reset, note)];
}

/**
 * @param {object} options
 * @param {string} options.text
 * @param {string} options.label  for screen readers
 * @param {(text: string) => void} options.changed
 * @param {() => void} options.leave  somebody pressed Escape
 * @param {AbortSignal} options.signal
 * @returns {HTMLTextAreaElement}
 */
function editor({ text, label, changed, leave, signal }) {
  const field = /** @type {HTMLTextAreaElement} */ (element("textarea", "copilot-field copilot-editor"));
  field.value = text;
  field.rows = Math.min(20, text.split("\n").length + 1);
  field.spellcheck = false;
  field.autocapitalize = "off";
  field.setAttribute("aria-label", `${label}. Tab indents, Escape leaves the field.`);
  const keydown = (event) => {
    if (event.key === "Tab" && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      insert(field, INDENT);
    } else if (event.key === "Escape" || (event.key === "Enter" && (event.ctrlKey || event.metaKey))) {
      event.stopPropagation();
      leave();
    }
  };
  field.addEventListener("keydown", keydown, { signal });
  field.addEventListener("input", () => changed(field.value), { signal });
  return field;
}

/** `execCommand` keeps the field's own undo; where there is none the text is set. */
function insert(field, text) {
  if (field.ownerDocument.execCommand?.("insertText", false, text)) return;
  field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input"));
}
