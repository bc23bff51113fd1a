// One tool call: a line that opens, and below it whatever kernel code showed.
import { codeBlock } from "../code.js";
import { counts, diffView } from "../diff.js";
import { button, element, icon, region, setText } from "../element.js";
import { secondsOf } from "../footer.js";
import { drawOutput, growOutput } from "../output.js";
import { follow, plain } from "../terminal.js";
import { changesOf } from "./changes.js";

const STATES = {
  pending: "waiting",
  held: "waiting for you",
  running: "running",
  ok: "done",
  failed: "failed",
  denied: "denied",
  cancelled: "cancelled",
};

const LAST = 400;
/** What the kernel has not sent after this long may be asked for again. */
const AGAIN_MS = 5000;

/** What the card unfolds to, in this order. */
const BODY = ["arguments", "output", "diff", "error"];

/** @type {import("./index.js").BLOCKS["tool"]} */
export function tool(block, context) {
  const rest = element("div", "copilot-caption");
  const fold = drawFold(block, context, rest);
  const outputs = element("div", "copilot-outputs");
  const slot = element("div");
  const changes = changesOf(block.id, context);
  const el = element("div", "copilot-card copilot-tool", fold.el, slot, outputs, changes.el);
  let shown = [];
  let said = "";

  return {
    el,
    slot,
    update(received, { held }) {
      const next = held ? { ...received, state: "held" } : received;
      el.dataset.state = next.state;
      el.classList.toggle("copilot-nested", Boolean(next.agent));
      fold.update(next);
      changes.update(next);
      if (next.outputs !== shown) {
        shown = next.outputs ?? [];
        drawOutputs(outputs, shown);
        if (shown.length) outputs.after(rest);
      }
      offerRest(rest, next, context.sync, fold.el);
      if (next.state !== said && !held) context.say(`Tool ${next.name} ${STATES[next.state] ?? next.state}`);
      said = next.state;
    },
  };
}

/** Outputs are only ever added: those already drawn stay. */
function drawOutputs(host, outputs) {
  host.hidden = !outputs.length;
  if (outputs.length < host.childElementCount) host.replaceChildren();
  const last = host.childElementCount - 1;
  if (last >= 0 && !growOutput(host.lastChild, outputs[last])) host.lastChild.replaceWith(drawOutput(outputs[last]));
  host.append(...outputs.slice(last + 1).map(drawOutput));
}

function drawFold(block, { sync, signal }, rest) {
  const line = summaryLine();
  const body = element("div", "copilot-card-body");
  const el = element("details", "", line.el, body);
  const parts = bodyParts(body, sync, rest);
  let latest = block;
  el.open = sync.store.isOpen(block.id);
  el.addEventListener(
    "toggle",
    () => {
      sync.store.setOpen(block.id, el.open);
      if (el.open) parts.update(latest);
    },
    { signal },
  );
  return {
    el,
    update(next) {
      latest = next;
      line.update(next);
      el.classList.toggle("copilot-flat", !BODY.some((name) => next[name]));
      if (el.open) parts.update(next);
    },
  };
}

function summaryLine() {
  const mark = element("span", "copilot-mark");
  const name = element("code", "copilot-title");
  const agent = element("span", "copilot-agent");
  const title = element("span", "copilot-subtitle");
  const tail = element("span", "copilot-tail");
  const state = element("span", "copilot-state");
  const changed = element("span");
  let drawn = "";
  return {
    el: element("summary", "", mark, agent, name, title, changed, tail, state, icon("chevron")),
    update(block) {
      if (drawn !== block.state) mark.replaceChildren(icon(block.state === "held" ? "pending" : block.state));
      drawn = block.state;
      setText(name, block.name);
      setText(agent, block.agent ?? "");
      agent.hidden = !block.agent;
      setText(title, block.title ?? "");
      changed.replaceChildren(...[counts(block.diff)].filter(Boolean));
      changed.hidden = !block.diff;
      setText(tail, lastLine((block.state === "running" && block.output) || (block.state === "pending" && block.arguments) || ""));
      setText(state, stateWords(block));
    },
  };
}

/** What a running program, or the model, wrote last, for a card that nobody opened. */
function lastLine(output) {
  return plain(output.slice(-LAST)).trimEnd().split("\n").at(-1);
}

function stateWords({ state, progress, seconds }) {
  const time = secondsOf(seconds);
  if (state === "running") return progress || "running";
  if (state === "ok") return time || "done";
  return [STATES[state] ?? state, time].filter(Boolean).join(" · ");
}

/** Each part is drawn anew only when its own text changed. */
function bodyParts(body, sync, rest) {
  const slots = BODY.map((name) => {
    const slot = element("div", `copilot-tool-${name}`);
    slot.hidden = true;
    body.append(slot);
    return { name, slot, drawn: "" };
  });
  slots[BODY.indexOf("output")].slot.after(rest);
  return {
    update(block) {
      const whole = sync.store.whole?.(block.id);
      for (const one of slots) {
        const text = (one.name === "output" && whole) || block[one.name] || "";
        if (text === one.drawn) continue;
        one.drawn = text;
        one.slot.hidden = !text;
        PARTS[one.name](one.slot, text, block);
      }
    },
  };
}

/** What is left out stays with the kernel until somebody wants it; it comes into the opened card. */
function offerRest(host, { id, output = "", cut = 0 }, sync, card) {
  host.hidden = !cut || sync.store.whole?.(id) !== undefined;
  if (host.hidden || host.firstChild) return;
  const all = new Intl.NumberFormat("en").format(output.length + cut);
  const ask = button("copilot-link", `Show all (${all} characters)`, () => {
    sync.act("more", { id });
    card.open = true;
    setText(ask, "Loading…");
    ask.disabled = true;
    setTimeout(() => host.replaceChildren(), AGAIN_MS);
  });
  host.append(ask);
}

const PARTS = {
  arguments(slot, text, { language, state }) {
    slot.replaceChildren(codeBlock(text, language ?? "", { growing: state === "pending", label: "Arguments" }));
  },
  output(slot, text) {
    if (!slot.firstChild) slot.append(region(element("pre", "copilot-pre"), "Output"));
    follow(slot.firstChild, plain(text));
  },
  diff(slot, text) {
    slot.replaceChildren(diffView(text, { label: "Change" }));
  },
  error(slot, text) {
    slot.replaceChildren(icon("failed"), element("span", "", plain(text)));
  },
};
