// What code would do to the user's names and to the world, as far as it was seen before it runs.
import { element, icon, ticked, visible } from "../element.js";

/** Kind -> what it is called, and its picture; in the order of their weight. */
const KINDS = {
  deletes: ["Deletes", "failed"],
  overwrites: ["Overwrites", "warning"],
  changes: ["Changes", "edit"],
  creates: ["Creates", "plus"],
  files: ["Files", "place"],
  network: ["Network", "globe"],
  process: ["Programs", "terminal"],
  environment: ["Environment", "key"],
  imports: ["Imports", "list"],
  reads: ["Reads", "eye"],
};

/** @returns {(HTMLElement | null)[]} what is known, then a warning about what is not */
export function effectsOf(effects = []) {
  const known = Object.keys(KINDS).flatMap((kind) => group(kind, effects.filter((one) => one.kind === kind)));
  const unknown = effects.filter((one) => !Object.hasOwn(KINDS, one.kind));
  const list = element("ul", "copilot-effects", ...known);
  list.setAttribute("aria-label", "What it would do");
  return [known.length ? list : null, unknown.length ? notAnalysed(unknown) : null];
}

function group(kind, effects) {
  if (!effects.length) return [];
  const [word, picture] = KINDS[kind];
  const texts = effects.map(({ text }) => ticked("", text));
  const parts = texts.flatMap((node, at) => (at ? [", ", node] : [node]));
  const item = element("li", "", icon(picture), element("span", "copilot-effect", word), element("span", "", ...parts));
  item.dataset.kind = kind;
  return [item];
}

function notAnalysed(effects) {
  const words = effects.map(({ text }) => visible(text)).filter(Boolean).join("; ");
  const text = `Could not be analysed${words ? `: ${words}` : ""}. It may do more than is listed.`;
  return element("div", "copilot-warning", icon("warning"), element("span", "", text));
}
