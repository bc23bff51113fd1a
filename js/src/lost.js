// The kernel is gone while a turn runs: nothing more will come, and nobody will store the turn.
//
// Then the page says so, and puts what it shows into the notebook document itself.
import { element } from "./element.js";

const GONE = new Set(["dead", "restarting", "autorestarting", "terminating"]);
const LOST = {
  id: "kernel-lost",
  kind: "error",
  message: "The kernel ended before this turn did.",
  hint: "What stands above is all that came. Start a kernel and ask again.",
  details: "",
};

/**
 * Calls back once the kernel is gone. What front ends tell of it differs: JupyterLab's status of the
 * kernel, the widget manager's word that comms are dead.
 *
 * @param {{on: Function, widget_manager?: any}} model
 * @param {() => void} gone
 * @returns {() => void} ends the watch
 */
export function watchKernel(model, gone) {
  const status = kernelStatus(model);
  const heard = (_sender, state) => GONE.has(state) && gone();
  const dead = () => gone();
  status?.connect?.(heard);
  model.on("comm_live_update", dead);
  return () => {
    status?.disconnect?.(heard);
    model.off?.("comm_live_update", dead);
  };
}

function kernelStatus(model) {
  try {
    return model.widget_manager.context.sessionContext.statusChanged;
  } catch {
    return null;
  }
}

/** @param {import("./reduce.js").Page} page */
export function lostPage(page) {
  const blocks = page.blocks.map((block) => (OPEN.has(block.state) ? { ...block, state: "cancelled" } : block));
  return { ...page, head: { ...page.head, state: "failed", status: "" }, blocks: [...blocks, LOST] };
}

/** @param {import("./reduce.js").Page} page */
export const isLost = (page) => page.blocks.at(-1)?.id === LOST.id;

const OPEN = new Set(["open", "running", "pending"]);

/**
 * What the page shows, as a document may keep it: no controls, no pictures from elsewhere.
 *
 * @param {HTMLElement} root
 * @param {import("./reduce.js").Page} page
 * @param {string} stored  the HTML that the output had; its style is kept
 */
export function storedForm(root, page, stored) {
  const body = /** @type {HTMLElement} */ (root.cloneNode(true));
  for (const node of body.querySelectorAll("button, textarea, input, select, svg, .copilot-sr, .copilot-status, [hidden]")) node.remove();
  for (const node of body.querySelectorAll("img")) if (!node.src.startsWith("data:image/")) node.remove();
  for (const node of [body, ...body.querySelectorAll("*")]) {
    for (const { name } of [...node.attributes]) if (!KEPT.has(name)) node.removeAttribute(name);
  }
  const style = /^\s*<style>[^<]*<\/style>/.exec(stored ?? "")?.[0] ?? "";
  const whole = element("div", "copilot-static", ...body.childNodes);
  const texts = page.blocks.filter(({ kind }) => kind === "text").map(({ text }) => text);
  return {
    "text/html": `${style}\n${whole.outerHTML}`,
    "text/plain": [...texts, LOST.message].join("\n\n"),
  };
}

const KEPT = new Set(["class", "href", "rel", "target", "src", "alt", "scope", "open", "start", "data-state"]);
