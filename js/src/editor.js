// A place for code: a field with even letters, in which Tab indents and Escape leaves.
import { element } from "./element.js";

const INDENT = "    ";
const MARK = "=";

/**
 * @param {object} options
 * @param {string} options.text
 * @param {string} options.label  for screen readers
 * @param {(text: string) => void} options.changed
 * @param {() => void} options.leave  somebody pressed Escape
 * @param {AbortSignal} options.signal
 * @returns {HTMLTextAreaElement}
 */
export function editor({ text, label, changed, leave, signal }) {
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
    } else if (event.key === "Escape") {
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

/**
 * What somebody made of a text, kept as a draft: an emptied one is not the same as one never touched.
 *
 * @param {{body: string}} block
 * @param {import("./blocks/request.js").Panel} panel
 */
export function editedText({ body }, panel) {
  const draft = panel.draft("edited");
  const get = () => (draft.get() ? draft.get().slice(MARK.length) : body);
  return { get, set: (text) => draft.set(text === body ? "" : MARK + text), isChanged: () => get() !== body };
}
