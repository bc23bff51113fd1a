// A code to type on another page.
import { copyButton } from "../code.js";
import { button, element, visible } from "../element.js";
import { addressOf } from "../url.js";
import { outward } from "./outward.js";
import { request } from "./request.js";

/** @type {import("./index.js").BLOCKS["sign_in"]} */
export function signIn(_block, context) {
  const parts = {
    name: "sign-in",
    icon: "key",
    heading: (block) => `Sign in to ${visible(block.host)}`,
    line: (block) => `Sign in to ${visible(block.host)}`,
    mark: () => null,
    call: (block) => `Sign in to ${block.host}: enter the code ${[...block.code].join(" ")}`,
    ask: (block, panel) => [
      element("div", "copilot-intention", "Copy this code, open the page, and enter it there."),
      block.code ? codeOf(block.code) : null,
      element(
        "div",
        "copilot-buttons",
        outward(addressOf(block.url), `Open ${addressOf(block.url)?.host ?? ""}`),
        button("copilot-button", "Cancel", (event) => panel.answer({ action: "cancel" }, event), panel.signal),
      ),
      element("div", "copilot-caption", visible(block.url)),
    ],
    record: () => [],
  };
  return request(parts, context);
}

function codeOf(code) {
  const letters = element("code", "copilot-big-code", visible(code));
  return element("div", "copilot-code-row", letters, copyButton(() => code, "Copy the code"));
}
