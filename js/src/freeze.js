// After a page reload the kernel's update of an output finds nothing: the page no longer knows the
// display id. Then the page itself puts the stored form into the notebook document.

const WIDGET = "application/vnd.jupyter.widget-view+json";

/**
 * JupyterLab and Notebook 7 only, through the undocumented `widget_manager.context`; elsewhere the
 * output stays as it is.
 *
 * @param {{widget_manager?: any}} model
 * @param {{mid: string, data: object | ((stored: object) => object)}} message  `data` may be made of
 *   what stands there, without the widget
 * @returns {boolean} whether an output was replaced
 */
export function freezeInPlace(model, { mid, data }) {
  try {
    for (const cell of model.widget_manager.context.model.cells) {
      const at = outputOf(cell.outputs, mid);
      if (at < 0) continue;
      const { [WIDGET]: _, ...stored } = cell.outputs.get(at).data;
      const bundle = typeof data === "function" ? data(stored) : data;
      cell.outputs.set(at, { output_type: "display_data", data: bundle, metadata: {} });
      return true;
    }
  } catch {
    return false;
  }
  return false;
}

function outputOf(outputs, mid) {
  for (let at = 0; at < (outputs?.length ?? 0); at++) {
    if (outputs.get(at).data?.[WIDGET]?.model_id === mid) return at;
  }
  return -1;
}
