// The kernel is gone while a turn runs: nothing more will come, and nobody will store the turn.
//
// Then the page says so, and puts what came into the notebook document itself.
import { keptTurn } from "./kept.js";

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
 * The page as a document may keep it. A table of tools stays as it was when it was drawn.
 *
 * @param {import("./reduce.js").Page} page
 * @param {object} stored  what the output had beside the widget; the style of its HTML is kept
 */
export function storedForm(page, stored) {
  if (page.blocks.some(({ kind }) => kind === "tool_fact")) return stored;
  const style = /^\s*<style>[^<]*<\/style>/.exec(stored["text/html"] ?? "")?.[0] ?? "";
  return keptTurn(page, style);
}
