// A block of code: highlighted, with its language and a Copy button that take no room of their own.
import { button, element, region } from "./element.js";
import { highlight } from "./highlight.js";

const COPIED_MS = 1500;

/**
 * @param {string} text
 * @param {string} language
 * @param {{growing?: boolean, exact?: boolean, label?: string}} [options]  code that still grows is not
 *   highlighted; exact code has nothing on top of it and no line that runs out of sight
 * @returns {HTMLElement}
 */
export function codeBlock(text, language, { growing = false, exact = false, label = "" } = {}) {
  const code = element("code", "", ...(growing ? [text] : highlight(text, language)));
  const pre = region(element("pre", "copilot-pre", code), label || `${language || "text"} code`);
  if (exact) return element("div", "copilot-code copilot-exact", pre);
  const tools = element("div", "copilot-code-tools", element("span", "copilot-code-language", language));
  tools.append(copyButton(() => code.textContent, `Copy ${language || "text"} code`));
  return element("div", "copilot-code", pre, tools);
}

/**
 * `navigator.clipboard` is there only on https and localhost; elsewhere a field is copied from.
 *
 * @param {() => string} text
 * @param {string} label  for screen readers
 */
export function copyButton(text, label) {
  const node = button("copilot-quiet copilot-copy", "Copy", async () => {
    const copied = await copy(text()).catch(() => copyFrom(text(), node));
    node.textContent = copied ? "Copied" : "Select and press Ctrl+C";
    setTimeout(() => (node.textContent = "Copy"), COPIED_MS);
  });
  node.setAttribute("aria-label", label);
  return node;
}

async function copy(text) {
  await navigator.clipboard.writeText(text);
  return true;
}

function copyFrom(text, near) {
  const field = element("textarea", "copilot-sr");
  field.value = text;
  near.after(field);
  field.focus();
  field.select();
  const copied = field.ownerDocument.execCommand?.("copy") ?? false;
  field.remove();
  near.focus();
  return copied;
}
