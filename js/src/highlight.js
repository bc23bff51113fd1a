// Code -> coloured DOM. The highlighter's events build elements directly; its HTML is never used.
import core from "highlight.js/lib/core";
import bash from "highlight.js/lib/languages/bash";
import diff from "highlight.js/lib/languages/diff";
import json from "highlight.js/lib/languages/json";
import python from "highlight.js/lib/languages/python";
import sql from "highlight.js/lib/languages/sql";
import yaml from "highlight.js/lib/languages/yaml";

/** Longer code stays plain: colouring is linear, but a page full of spans is not cheap. */
const LONGEST = 60_000;
/** Some grammars take quadratic time over one long word. */
const LONG_LINE = /[^\n]{2000}/;

/** Receives the highlighter's events; what it calls a scope becomes a class. */
class DomEmitter {
  constructor() {
    this.root = document.createElement("span");
    this.open = [this.root];
  }
  get top() {
    return this.open[this.open.length - 1];
  }
  addText(text) {
    if (text) this.top.append(text);
  }
  openNode(scope) {
    const node = document.createElement("span");
    node.className = `hljs-${scope.split(".")[0]}`;
    this.top.append(node);
    this.open.push(node);
  }
  closeNode() {
    if (this.open.length > 1) this.open.pop();
  }
  startScope(scope) {
    this.openNode(scope);
  }
  endScope() {
    this.closeNode();
  }
  __addSublanguage(emitter) {
    this.top.append(...emitter.root.childNodes);
  }
  finalize() {
    this.open.length = 1;
  }
  toHTML() {
    return "";
  }
}

const highlighter = core.newInstance();
highlighter.configure({ __emitter: DomEmitter });
for (const [name, grammar] of Object.entries({ bash, diff, json, python, sql, yaml })) {
  highlighter.registerLanguage(name, grammar);
}
highlighter.registerAliases(["ipython", "ipython3", "py3"], { languageName: "python" });
highlighter.registerAliases(["console", "shell", "shellsession"], { languageName: "bash" });

/**
 * @param {string} code
 * @param {string} language  a name, an alias, or something unknown
 * @returns {(Node | string)[]} what to append to a <code>
 */
export function highlight(code, language) {
  if (code.length > LONGEST || LONG_LINE.test(code) || !highlighter.getLanguage(language)) return [code];
  const { root } = highlighter.highlight(code, { language, ignoreIllegals: true })._emitter;
  return root.textContent === code ? [...root.childNodes] : [code];
}
