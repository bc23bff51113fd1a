// What the page stores of a turn or a listing when the kernel cannot: HTML without controls, and text.
//
// Made of the blocks, since what nobody opened was never drawn; in the words and classes of
// `views/document.py` and `views/plain.py`, with whose style it is read. Reads well without any.
import { effectsOf } from "./blocks/effects.js";
import { element, ticked } from "./element.js";
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
const CHANGED = { "+": "gi", "-": "gd", "@": "gh" };

/** What a request is about, in one line. */
const ABOUT = {
  permission: ({ body, place, heading }) => firstLine(body) || place || heading,
  user_input: ({ question }) => question,
  form: ({ heading, source }) => (source ? `${heading} (${source})` : heading),
  plan: ({ summary }) => firstLine(summary) || "Plan",
  sign_in: ({ host }) => `Sign in to ${host}`,
};

/** Kind of a block -> what is stored of it, and its text. */
const KINDS = {
  text: { draw: ({ text }) => markdown(text, "copilot-text"), say: ({ text }) => text.trim() },
  reasoning: {
    draw: ({ text }) => folded("copilot-reasoning", "", [sign("✻"), "Thought"], [markdown(text, "copilot-text")]),
    say: () => "",
  },
  tool: { draw: drawTool, say: sayTool },
  todo: { draw: drawTasks, say: sayTasks },
  notice: {
    draw: ({ text, level, details }) => {
      const [mark, name] = level === "warning" ? ["⚠", " copilot-warning"] : ["·", ""];
      return folded("copilot-notice", name, [sign(mark), ticked("", text)], [box(details)]);
    },
    say: ({ text, details }) => quoted(`${text}\n${details ?? ""}`),
  },
  error: {
    draw: ({ message, hint, details }) =>
      element("div", "copilot-error", element("p", "", strong(message)), hint ? markdown(hint, "") : null, fold(details)),
    say: ({ message, hint }) => quoted(`**Error:** ${message}\n${hint ?? ""}`),
  },
  ...Object.fromEntries(Object.keys(ABOUT).map((kind) => [kind, { draw: drawRequest, say: sayRequest }])),
};

/**
 * @param {import("./reduce.js").Page} page
 * @param {string} style  the style's element that the output came with
 */
export function keptTurn({ head, blocks }, style) {
  const calls = new Set(blocks.filter(({ kind }) => kind === "tool").map(({ id }) => id));
  const known = blocks.filter((one) => KINDS[one.kind] && one.text?.trim() !== "" && !calls.has(one.tool_call_id));
  const asked = (id) => blocks.filter((block) => block.tool_call_id === id);
  const foot = footOf(head);
  const drawn = known.map((block) => KINDS[block.kind].draw(block, asked(block.id)));
  const said = known.map((block) => KINDS[block.kind].say(block, asked(block.id)));
  return bundle(style, [...drawn, foot ? element("p", "copilot-foot", foot) : null], [...said, foot && `— ${foot}`]);
}

/**
 * The table of tools as it stood.
 *
 * @param {import("./reduce.js").Block[]} facts
 * @param {string} style
 */
export function keptTools(facts, style) {
  const rows = facts.map((one) => [one.name, firstLine(one.description), one.source, one.permission, one.calls || ""]);
  const row = (tag, cells) => element("tr", "", ...cells.map((cell) => element(tag, "", String(cell))));
  const head = row("th", ["tool", "description", "source", "permission", "calls"]);
  const table = element("table", "", element("thead", "", head), element("tbody", "", ...rows.map((cells) => row("td", cells))));
  const count = `${facts.length} tools`;
  return bundle(
    style,
    [element("p", "", strong(count)), element("div", "copilot-tablewrap copilot-text", table)],
    [count, rows.map((cells) => cells.join("  ").trim()).join("\n")],
  );
}

function bundle(style, nodes, texts) {
  const whole = element("div", "copilot-static", ...nodes.flatMap((node) => (node ? ["\n", node] : [])), "\n");
  settle(whole);
  return { "text/html": `${style}\n${whole.outerHTML}`, "text/plain": texts.filter(Boolean).join("\n\n") };
}

// Tool calls and requests

function drawTool(block, asked) {
  const [mark, level] = SIGNS[block.state] ?? OPEN;
  const state = STATES[block.state];
  const line = [sign(mark), strong(called(block)), block.title && code(block.title), state && element("em", "", state)];
  const shown = block.arguments?.trim() !== block.title ? block.arguments : "";
  const wrong = block.error ? element("p", "copilot-bad", plain(block.error)) : null;
  const body = [box(shown, "copilot-code"), drawDiff(block.diff), box(plain(block.output ?? "")), wrong];
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

function sayTool(block, asked) {
  const state = STATES[block.state] ? ` (${STATES[block.state]})` : "";
  const outputs = (block.outputs ?? []).map(sayOutput);
  const changes = (block.changes ?? []).map((one) => `> Changed: ${one}`).join("\n");
  const line = quoted(`${called(block)}${block.title ? `: ${block.title}` : ""}${state}`);
  return [line, ...asked.map(sayRequest), ...outputs, changes].filter(Boolean).join("\n\n");
}

function sayOutput({ kind, text, columns = [], rows = [], alt = "Figure" }) {
  if (kind === "image") return `[${alt}]`;
  if (kind !== "table") return text?.trim() ? fence(plain(text)) : "";
  const head = rows[0]?.length > columns.length ? ["", ...columns] : columns;
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

const called = ({ agent, name }) => (agent ? `${agent} › ${name}` : name);

function drawRequest(block, call) {
  const { words, by, mark, level } = outcome(block);
  const about = isSaid(block, call) ? "" : ABOUT[block.kind](block);
  const line = [sign(mark), strong(words), by && ticked("copilot-muted", `· ${by}`), ...(about ? ["—", code(about)] : [])];
  const body = block.body && block.body.trim() !== about && !isSaid(block, call) ? block.body : "";
  const inner = [
    block.intention ? element("p", "", block.intention) : null,
    box(body, "copilot-code"),
    ...effectsOf(block.effects),
    ...(block.warnings ?? []).map((one) => element("p", "copilot-bad", one)),
    drawDiff(call?.diff === block.diff ? "" : block.diff),
    block.plan ? markdown(block.plan, "copilot-text") : null,
  ];
  return folded(`copilot-${block.kind.replace("sign_in", "sign-in")}`, level, line, inner);
}

function sayRequest(block) {
  const { words, by } = outcome(block);
  return quoted(`${words}${by ? ` (${by})` : ""}: ${ABOUT[block.kind](block)}`);
}

function outcome({ state, answer, by }) {
  if (state !== "answered") return { words: "Not answered", by: "", mark: OPEN[0], level: OPEN[1] };
  const [mark, level] = REFUSALS.test(answer) ? SIGNS.denied : SIGNS.ok;
  return { words: answer, by, mark, level };
}

/** Whether the call above the request says what it was about. */
const isSaid = ({ body }, call) => Boolean(body && call && [call.title, call.arguments?.trim()].includes(body.trim()));

function drawTasks(block) {
  const items = (block.items ?? []).map(({ state, text }) => element("li", "copilot-task", `${TASKS[state] ?? "☐"} ${text}`));
  return element("div", "copilot-todo", element("p", "", strong("Tasks"), ` ${doneOf(block)}`), element("ul", "", ...items));
}

function sayTasks(block) {
  const items = (block.items ?? []).map(({ state, text }) => `- [${state === "done" ? "x" : " "}] ${text}`);
  return quoted([`**Tasks** — ${doneOf(block)}`, ...items].join("\n"));
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

function drawDiff(text) {
  if (!text) return null;
  const lines = text.split("\n").flatMap((line) => [element("span", CHANGED[line[0]] ?? "", line), "\n"]);
  return element("pre", "copilot-diff", ...lines);
}

const fold = (text) => (text?.trim() ? folded("", "", ["Details"], [box(text)]) : null);

const firstLine = (text) => (text ?? "").trim().split("\n")[0].replace(/^#+\s*/, "");
const quoted = (text) => text.trim().split("\n").map((line) => `> ${line}`).join("\n");
const fence = (text) => `\`\`\`\n${text.trim()}\n\`\`\``;

/** Takes what only lives in a page out of what other files drew: controls, pictures from elsewhere. */
function settle(whole) {
  for (const tools of whole.querySelectorAll(".copilot-code-tools")) {
    const language = tools.firstChild.textContent;
    if (language) tools.previousSibling.dataset.language = language;
    tools.remove();
  }
  for (const node of whole.querySelectorAll("input")) node.replaceWith(node.checked ? "☑ " : "☐ ");
  for (const node of whole.querySelectorAll("button, svg, .copilot-sr")) node.remove();
  for (const node of whole.querySelectorAll("img")) if (!node.src.startsWith("data:image/")) node.remove();
  for (const node of whole.querySelectorAll(".copilot-effects li > * + *")) node.before(" ");
  for (const node of whole.querySelectorAll("td.copilot-right")) node.setAttribute("align", "right");
  for (const node of whole.querySelectorAll(".copilot-caption")) node.className = "copilot-muted";
  for (const node of whole.querySelectorAll(".copilot-table")) {
    node.className = "copilot-tablewrap";
    node.firstChild.classList.add("copilot-frame");
  }
  for (const node of whole.querySelectorAll("*")) {
    for (const { name } of [...node.attributes]) if (!STAYS.has(name)) node.removeAttribute(name);
  }
}

const STAYS = new Set(["class", "href", "rel", "target", "src", "alt", "align", "scope", "start", "data-state", "data-language"]);
