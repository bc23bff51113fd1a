// What the page stores of a turn when the kernel cannot: HTML without controls, and its words.
//
// Made of the blocks, since what nobody opened was never drawn; in the words and classes of
// `views/document.py`, with whose style it is read. Reads well without any.
import { effectsOf } from "./blocks/effects.js";
import { bare, element, ticked } from "./element.js";
import { drawFooter } from "./footer.js";
import { markdown } from "./markdown.js";
import { drawOutput } from "./output.js";
import { plain } from "./terminal.js";

/** Sign of a line and the class of its colour; anything else waits or was stopped. */
const SIGNS = { ok: ["✓", ""], failed: ["✕", " copilot-failed"], denied: ["⊘", " copilot-failed"] };
const OPEN = ["◌", " copilot-waiting"];
const STATES = { failed: "failed", denied: "not allowed", cancelled: "stopped" };
const TASKS = { pending: "☐", running: "◐", done: "☑", blocked: "⊘" };
const REFUSALS = /^(?:Denied|Declined|Rejected|Cancelled|Not |Sent back|Stopped|Withdrawn)/;

/** What a request is about, in one line. */
const ABOUT = {
  permission: ({ body, place, heading }) => firstLine(body) || place || heading,
  user_input: ({ question }) => bare(question),
  form: ({ heading, source }) => (source ? `${heading} (${source})` : heading),
  plan: ({ summary }) => firstLine(summary) || "Plan",
  sign_in: ({ host }) => `Sign in to ${host}`,
};

/** Kind of a block -> what is stored of it. */
const KINDS = {
  text: ({ text }) => markdown(text, "copilot-text"),
  reasoning: ({ text }) => folded("copilot-reasoning", "", [sign("✻"), "Thought"], [markdown(text, "copilot-text")]),
  tool: drawTool,
  todo: drawTasks,
  notice: ({ text, level, details }) => {
    const [mark, name] = level === "warning" ? ["⚠", " copilot-warning"] : ["·", ""];
    return folded("copilot-notice", name, [sign(mark), ticked("", text)], [box(details)]);
  },
  error: ({ message, hint, details }) =>
    element("div", "copilot-error", element("p", "", strong(message)), hint ? markdown(hint, "") : null, fold(details)),
  ...Object.fromEntries(Object.keys(ABOUT).map((kind) => [kind, drawRequest])),
};

/**
 * @param {import("./reduce.js").Page} page
 * @param {string} style  the style's element that the output came with
 */
export function keptTurn({ head, blocks }, style) {
  const calls = new Set(blocks.filter(({ kind }) => kind === "tool").map(({ id }) => id));
  const known = blocks.filter((one) => KINDS[one.kind] && one.text?.trim() !== "" && !calls.has(one.tool_call_id));
  const asked = (id) => blocks.filter((block) => block.tool_call_id === id);
  const drawn = known.map((block) => KINDS[block.kind](block, asked(block.id)));
  const foot = footOf(head);
  const whole = element("div", "copilot-static");
  for (const node of [...drawn, foot && element("p", "copilot-foot", foot)]) if (node) whole.append("\n", node);
  settle(whole);
  const said = known.map((block, at) => (block.kind === "text" ? block.text.trim() : wordsOf(drawn[at])));
  return { "text/html": `${style}\n${whole.outerHTML}`, "text/plain": [...said, foot && `— ${foot}`].filter(Boolean).join("\n\n") };
}

/** What stands in a block, line by line, as a quotation in Markdown. */
function wordsOf(node) {
  const lines = [node, ...node.querySelectorAll("*")].filter((one) => one.matches("summary, p, li, tr, pre"));
  const words = lines.map((one) => (one.cells ? [...one.cells].map((cell) => cell.textContent).join(" | ") : one.textContent).trim());
  return words.join("\n").trim().replace(/^/gm, "> ");
}

// Tool calls and requests

function drawTool(block, asked) {
  const [mark, level] = SIGNS[block.state] ?? OPEN;
  const state = STATES[block.state];
  const line = [sign(mark), strong(called(block)), block.title && code(block.title), state && element("em", "", state)];
  const shown = block.arguments?.trim() !== block.title ? block.arguments : "";
  const wrong = block.error ? element("p", "copilot-bad", plain(block.error)) : null;
  const body = [box(shown, "copilot-code"), box(block.diff, "copilot-diff"), box(plain(block.output ?? "")), wrong];
  const changes = (block.changes ?? []).map((one) => element("li", "", ticked("", one)));
  const el = element(
    "div",
    `copilot-tool${block.agent ? " copilot-nested" : ""}`,
    folded("copilot-call", level, line, body),
    ...asked.map((one) => drawRequest(one, block)),
    ...(block.outputs ?? []).map(drawOutput),
    changes.length ? element("div", "copilot-changes", element("ul", "", ...changes)) : null,
  );
  el.dataset.state = block.state;
  return el;
}

const called = ({ agent, name }) => (agent ? `${agent} › ${name}` : name);

function drawRequest(block, call) {
  const { words, by, mark, level } = outcome(block);
  const said = Boolean(block.body && call && [call.title, call.arguments?.trim()].includes(block.body.trim()));
  const about = said ? "" : ABOUT[block.kind](block);
  const line = [sign(mark), strong(words), by && ticked("copilot-muted", `· ${by}`), ...(about ? ["—", code(about)] : [])];
  const body = said || block.body?.trim() === about ? "" : block.body;
  const inner = [
    block.intention ? element("p", "", block.intention) : null,
    box(body, "copilot-code"),
    ...effectsOf(block.effects),
    ...(block.warnings ?? []).map((one) => element("p", "copilot-bad", one)),
    box(call?.diff === block.diff ? "" : block.diff, "copilot-diff"),
    block.plan ? markdown(block.plan, "copilot-text") : null,
  ];
  return folded(`copilot-${block.kind.replace("sign_in", "sign-in")}`, level, line, inner);
}

function outcome({ state, answer, by }) {
  if (state !== "answered") return { words: "Not answered", by: "", mark: OPEN[0], level: OPEN[1] };
  const [mark, level] = REFUSALS.test(answer) ? SIGNS.denied : SIGNS.ok;
  return { words: answer, by, mark, level };
}

function drawTasks(block) {
  const items = (block.items ?? []).map(({ state, text }) => element("li", "copilot-task", `${TASKS[state] ?? "☐"} ${text}`));
  return element("div", "copilot-todo", element("p", "", strong("Tasks"), ` ${doneOf(block)}`), element("ul", "", ...items));
}

const doneOf = ({ items = [] }) => `${items.filter(({ state }) => state === "done").length} of ${items.length} done`;

function footOf(head) {
  const el = element("p");
  drawFooter(el, { ...head, state: "done", seconds: null });
  return [head.label, ...[...el.children].map(({ textContent }) => textContent)].filter(Boolean).join(" · ");
}

// Small pieces

/** A line with a body folded behind it; its parts stand apart. */
function folded(name, level, parts, body) {
  const line = parts.filter(Boolean).flatMap((part, at) => (at ? [" ", part] : [part]));
  const rest = body.filter(Boolean);
  if (!rest.length) return element("p", `${name}${level}`, ...line);
  return element("details", name, element("summary", `copilot-head${level}`, ...line), ...rest);
}

const sign = (mark) => element("span", "copilot-icon", mark);
const strong = (text) => element("strong", "", text);
const code = (text) => element("code", "", text);
const box = (text, name = "copilot-output") => (text?.trim() ? element("pre", name, text.replace(/^\n+|\n+$/g, "")) : null);

const fold = (text) => (text?.trim() ? folded("", "", ["Details"], [box(text)]) : null);

const firstLine = (text) => bare((text ?? "").trim().split("\n")[0]);

/** Takes what only lives in a page out of what other files drew: controls, pictures from elsewhere. */
function settle(whole) {
  const each = (selector, act) => whole.querySelectorAll(selector).forEach(act);
  each(".copilot-code-tools", (tools) => {
    const language = tools.firstChild.textContent;
    if (language) tools.previousSibling.dataset.language = language;
    tools.remove();
  });
  each("input", (node) => node.replaceWith(node.checked ? "☑ " : "☐ "));
  each("button, svg, .copilot-sr", (node) => node.remove());
  each("img", (node) => node.src.startsWith("data:image/") || node.remove());
  each(".copilot-effects li > * + *", (node) => node.before(" "));
  each("td.copilot-right", (node) => node.setAttribute("align", "right"));
  each(".copilot-caption", (node) => (node.className = "copilot-muted"));
  each(".copilot-table", (node) => {
    node.className = "copilot-tablewrap";
    node.firstChild.classList.add("copilot-frame");
  });
  each("*", (node) => [...node.attributes].forEach(({ name }) => STAYS.has(name) || node.removeAttribute(name)));
}

const STAYS = new Set(["class", "href", "rel", "target", "src", "alt", "align", "scope", "start", "data-state", "data-language"]);
