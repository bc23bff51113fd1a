// The live table of the agent's tools: find one, read what it takes, switch it off, set its rule.
//
// Each tool is a block of the page; Python decides, a control shows what Python has confirmed.
import { isolateKeys } from "./a11y.js";
import { button, element, icon, setText, ticked } from "./element.js";

const RULES = { ask: "", allow: "allow here", deny: "deny here" };
const ASKS = { yes: "asks", no: "does not ask" };

/**
 * @param {{el: HTMLElement, sync: ReturnType<import("./sync.js").connect>}} options  and what turns need
 * @returns {() => void} takes the table away
 */
export function mountTools({ el, sync }) {
  const ending = new AbortController();
  const { signal } = ending;
  const root = element("section", "copilot-live copilot-toollist");
  root.setAttribute("aria-label", "Tools of the agent");
  isolateKeys(root, signal);

  const search = /** @type {HTMLInputElement} */ (element("input", "copilot-field copilot-tool-search"));
  search.type = "search";
  search.placeholder = "Search tools…";
  search.setAttribute("aria-label", "Search tools");
  search.value = sync.store.draft("search");
  const counts = element("span", "copilot-muted");
  counts.setAttribute("role", "status");
  const columns = ["power", "about", "rule", "calls"].map((name) => element("col", `copilot-tool-${name}`));
  const table = element("table", "", element("colgroup", "", ...columns));
  const none = element("p", "copilot-muted", "No tool has this in its name or description.");
  const trouble = element("p", "copilot-warning");
  trouble.setAttribute("role", "alert");
  const bar = element("div", "copilot-tool-bar", search, counts);
  root.append(bar, trouble, element("div", "copilot-table", table), none);
  el.append(root);

  /** @type {Map<string, ReturnType<typeof toolRow>>} */
  const rows = new Map();
  /** @type {Map<string, {body: HTMLElement, count: HTMLElement}>} */
  const groups = new Map();
  let planned = false;
  const facts = () => sync.page().blocks.filter(({ kind }) => kind === "tool_fact");

  function draw() {
    planned = false;
    if (signal.aborted) return;
    const blocks = facts();
    const names = new Set(blocks.map(({ id }) => id));
    for (const id of [...rows.keys()].filter((one) => !names.has(one))) {
      rows.get(id).el.remove();
      rows.delete(id);
    }
    for (const block of blocks) {
      if (!rows.has(block.id)) {
        rows.set(block.id, toolRow(block, sync, signal));
        group(block.source).body.append(rows.get(block.id).el);
      }
      rows.get(block.id).update(block);
    }
    setText(trouble, sync.page().head.status);
    trouble.hidden = !trouble.textContent;
    filter();
    sync.keep();
  }

  function group(source) {
    if (groups.has(source)) return groups.get(source);
    const count = element("span", "copilot-muted");
    const heading = element("th", "copilot-tool-source", SOURCES[source] ?? source, " ", count);
    heading.colSpan = 4;
    heading.setAttribute("scope", "rowgroup");
    const body = element("tbody", "", element("tr", "", heading));
    table.append(body);
    groups.set(source, { body, count });
    return groups.get(source);
  }

  function filter() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const blocks = facts();
    const shown = new Map();
    for (const block of blocks) {
      const text = `${block.name} ${block.description} ${block.source}`.toLowerCase();
      const fits = words.every((word) => text.includes(word));
      rows.get(block.id).el.hidden = !fits;
      if (fits) shown.set(block.source, (shown.get(block.source) ?? 0) + 1);
    }
    for (const [source, { body, count }] of groups) {
      body.hidden = !shown.has(source);
      setText(count, String(shown.get(source) ?? 0));
    }
    const found = [...shown.values()].reduce((sum, one) => sum + one, 0);
    none.hidden = found > 0 || !blocks.length;
    setText(counts, countsOf(blocks, found));
  }

  function plan() {
    if (planned) return;
    planned = true;
    requestAnimationFrame(draw);
  }

  const typed = () => {
    sync.store.setDraft("search", search.value);
    filter();
  };
  search.addEventListener("input", typed, { signal });
  const unsubscribe = sync.subscribe(plan);
  plan();
  return () => {
    unsubscribe();
    ending.abort();
    root.remove();
  };
}

const SOURCES = { runtime: "Copilot", kernel: "This notebook", python: "Your Python functions" };

function countsOf(blocks, found) {
  const off = blocks.filter(({ enabled }) => !enabled).length;
  const calls = blocks.reduce((sum, one) => sum + (one.calls ?? 0), 0);
  return [
    found === blocks.length ? `${found} tools` : `${found} of ${blocks.length} tools`,
    off ? `${off} switched off` : "",
    calls ? `${calls} ${calls === 1 ? "call" : "calls"}` : "",
  ]
    .filter(Boolean)
    .join(" · ");
}

/** @param {import("./reduce.js").Block} first */
function toolRow(first, sync, signal) {
  const id = first.id;
  const power = /** @type {HTMLInputElement} */ (element("input", "copilot-switch"));
  power.type = "checkbox";
  power.setAttribute("role", "switch");
  power.setAttribute("aria-label", `${first.name} is offered to the model`);
  const rule = /** @type {HTMLSelectElement} */ (element("select", "copilot-select"));
  rule.setAttribute("aria-label", `Permission of ${first.name}`);
  for (const value of Object.keys(RULES)) rule.append(option(value));
  const fold = toolFold(first, sync, signal, wish);
  const calls = element("td", "copilot-right");
  const note = element("div", "copilot-note");
  const el = element("tr", "", element("td", "", power), element("td", "", fold.el, note), element("td", "", rule), calls);

  let latest = first;
  /** What was clicked and is on its way. */
  let wished = {};

  function wish(value, event) {
    if (event.isTrusted && sync.store.send(id)) {
      wished = value;
      sync.act("tool", { name: id, ...value });
    }
    update(latest);
  }

  function update(block) {
    latest = block;
    const sending = sync.store.sending(id);
    if (sending !== "sending") wished = {};
    power.checked = wished.enabled ?? Boolean(block.enabled);
    rule.value = wished.rule ?? block.rule;
    setText(rule.options[0], ASKS[block.asks] ?? `asks ${block.asks}`);
    power.disabled = rule.disabled = sending === "sending";
    el.classList.toggle("copilot-off", !block.enabled);
    setText(calls, block.calls ? `${block.calls} ×` : "");
    calls.title = block.calls ? `Called ${block.calls} times in this session` : "";
    fold.update(block);
    setText(note, sending === "unconfirmed" ? "The kernel has not confirmed this yet; it may be busy." : "");
    note.hidden = sending !== "unconfirmed";
  }

  // A script's click is not trusted, but the change that it makes would be.
  power.addEventListener("click", (event) => event.isTrusted || event.preventDefault(), { signal });
  power.addEventListener("change", (event) => wish({ enabled: power.checked }, event), { signal });
  rule.addEventListener("change", (event) => wish({ rule: rule.value }, event), { signal });
  return { el, update };
}

function option(value) {
  const node = /** @type {HTMLOptionElement} */ (element("option", "", RULES[value]));
  node.value = value;
  return node;
}

/** Name and first line; description, parameters and rules when it is opened. */
function toolFold(first, sync, signal, wish) {
  const summary = element("span", "copilot-muted");
  const line = element("summary", "", icon("chevron"), element("code", "", first.name), summary);
  const body = element("div", "copilot-tool-about");
  const el = /** @type {HTMLDetailsElement} */ (element("details", "", line, body));
  let latest = first;
  let drawn = null;
  const open = () => {
    sync.store.setOpen(first.id, el.open);
    if (el.open) about();
  };
  function about() {
    const now = JSON.stringify([latest.description, latest.rules]);
    if (drawn === now) return;
    drawn = now;
    const paragraphs = (latest.description || "No description.").split(/\n{2,}/).map((text) => element("p", "", text));
    body.replaceChildren(...paragraphs, ...parametersOf(latest.parameters ?? []), ...(latest.rules ?? []).map(ruleOf));
  }
  function ruleOf(words) {
    const revoke = button("copilot-link", "Revoke", (event) => wish({ revoke: words }, event), signal);
    revoke.setAttribute("aria-label", `Revoke: ${words}`);
    return element("div", "copilot-parameter", ticked("", words), " ", revoke);
  }
  el.open = sync.store.isOpen(first.id);
  el.addEventListener("toggle", open, { signal });
  return {
    el,
    update(block) {
      latest = block;
      setText(summary, (block.description ?? "").split("\n")[0]);
      if (el.open) about();
    },
  };
}

function parametersOf(parameters) {
  if (!parameters.length) return [element("p", "copilot-muted", "It takes no arguments.")];
  return parameters.map((one) =>
    element(
      "div",
      "copilot-parameter",
      element("code", "", one.name),
      " ",
      element("span", "copilot-muted", kindOf(one)),
      one.description ? element("div", "copilot-muted", one.description) : null,
    ),
  );
}

const kindOf = ({ type, required, default: normally }) =>
  `${type}${required ? ", needed" : normally ? `, default ${normally}` : ""}`;
