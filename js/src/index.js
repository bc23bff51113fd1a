// The runtime's entry. The stub uses `connect` and `mount`; the default export makes the same file
// a complete anywidget module for front ends without a widget manager.
import page from "./page.css";
import panels from "./panels.css";
import blocks from "./style.css";
import { connect } from "./sync.js";
import { mathOf } from "./math.js";
import table from "./tools.css";
import { mountTools } from "./tools.js";
import { mountView } from "./view.js";

export { connect };

const css = (blocks + panels + page + table).replaceAll("$", "copilot-").replaceAll("^", "var(--c-"); // the build has shortened them
const STYLE_ID = `copilot-style-${hash(css)}`;

/**
 * @param {ReturnType<typeof connect>} sync
 * @param {{get?: Function, widget_manager?: any}} model
 * @param {HTMLElement} el
 * @returns {() => void} takes the view away
 */
export function mount(sync, model, el) {
  addStyle(el.ownerDocument);
  const draw = model.get?.("face") === "tools" ? mountTools : mountView;
  const dispose = draw({ el, sync, typeset: mathOf(model) });
  sync.ready();
  return dispose;
}

export default () => {
  let sync;
  return {
    initialize({ model }) {
      sync = connect(model);
    },
    render({ model, el }) {
      sync ??= connect(model);
      return mount(sync, model, el);
    },
  };
};

/** Two versions of this file may live in one page: each brings its own style. */
function addStyle(document) {
  if (document.getElementById(STYLE_ID)) return;
  const style = document.createElement("style");
  style.id = STYLE_ID;
  style.textContent = css;
  document.head.append(style);
}

function hash(text) {
  let value = 0;
  for (let at = 0; at < text.length; at++) value = (Math.imul(value, 31) + text.charCodeAt(at)) | 0;
  return (value >>> 0).toString(36);
}
