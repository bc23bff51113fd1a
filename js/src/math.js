// Formulas, typeset by the notebook's own MathJax where there is one. Elsewhere the TeX stays.

/** TeX commands that could make links, load things or style what is outside of the formula. */
const REFUSED =
  /\\(?:href|url|class|cssId|style|data|require|include\w*|mmlToken|html\w*|[gex]?def|let|(?:re)?newcommand|newenvironment|catcode|input|unicode)(?![A-Za-z])/;
const LONGEST = 5000;

/**
 * @param {{widget_manager?: any}} model
 * @returns {((node: Element) => void) | null} typesets every formula in a node that changes no more
 */
export function mathOf(model) {
  let typesetter;
  try {
    typesetter = model.widget_manager?.rendermime?.latexTypesetter;
  } catch {
    return null;
  }
  if (!typesetter) return null;
  return (node) => {
    const formulas = node.matches?.(".copilot-math") ? [node] : node.querySelectorAll?.(".copilot-math") ?? [];
    for (const formula of formulas) typeset(typesetter, formula);
  };
}

function typeset(typesetter, formula) {
  const tex = formula.textContent;
  if (tex.length > LONGEST || REFUSED.test(tex)) return;
  Promise.resolve()
    .then(() => typesetter.typeset(formula))
    .catch(() => {
      formula.textContent = tex;
    });
}
