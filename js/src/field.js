// A text field that sends with Enter (Shift+Enter makes a line) and keeps its draft.
import { button, element } from "./element.js";

/**
 * @param {object} options
 * @param {string} options.label  for screen readers
 * @param {string} options.placeholder
 * @param {number} [options.rows]
 * @param {{get: () => string, set: (text: string) => void}} options.draft
 * @param {(text: string, event: Event) => void} options.send
 * @param {AbortSignal} options.signal
 * @returns {HTMLElement} field and Send button
 */
export function textField({ label, placeholder, rows = 1, draft, send, signal }) {
  const field = /** @type {HTMLTextAreaElement} */ (element("textarea", "copilot-field"));
  field.rows = rows;
  field.value = draft.get();
  field.placeholder = placeholder;
  field.setAttribute("aria-label", label);
  const submit = (event) => send(field.value.trim(), event);
  const keydown = (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit(event);
  };
  field.addEventListener("input", () => draft.set(field.value), { signal });
  field.addEventListener("keydown", keydown, { signal });
  return element("div", "copilot-field-row", field, button("copilot-button copilot-primary", "Send", submit, signal));
}
