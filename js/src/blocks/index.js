// Every kind of block and who draws it.
import { element } from "../element.js";
import { error } from "./error.js";
import { form } from "./form.js";
import { notice } from "./notice.js";
import { permission } from "./permission.js";
import { plan } from "./plan.js";
import { reasoning } from "./reasoning.js";
import { signIn } from "./sign_in.js";
import { text } from "./text.js";
import { todo } from "./todo.js";
import { tool } from "./tool.js";
import { userInput } from "./user_input.js";

/**
 * A block gets its host element once and is told of every change.
 * @typedef {{ended: boolean, held: boolean, waiting: string[]}} Turn  whether it ended, whether this
 *   block waits for an answer, and the ids of the open requests
 * `slot` is where answered requests about a tool call go.
 * @typedef {{el: HTMLElement, slot?: HTMLElement, update: (block: import("../reduce.js").Block, turn: Turn) => void}} Card
 * @type {Record<string, (block: import("../reduce.js").Block, context: import("../view.js").Context) => Card>}
 */
export const BLOCKS = {
  text,
  reasoning,
  tool,
  permission,
  user_input: userInput,
  form,
  plan,
  sign_in: signIn,
  todo,
  notice,
  error,
  unknown,
};

/** A newer kernel may send what this page cannot draw. */
function unknown() {
  const el = element("div", "copilot-notice");
  return { el, update: (block) => el.replaceChildren(`A block of kind “${block.kind}” that this view cannot draw.`) };
}
