// One field of a form: its label, its control, what it means, and what is wrong with it.
import { element, visible } from "../element.js";
import { hintOf, problem } from "./form_rules.js";

/** Up to this many choices stand side by side; more fold into a list. */
const FEW = 6;
const LONG_TEXT = 200;
let fields = 0;

/**
 * @param {object} field  a `FormField`
 * @param {import("./request.js").Panel} panel
 * @returns {{el: HTMLElement, name: string, label: string, read: () => any, check: () => string, focus: () => void}}
 */
export function formField(field, panel) {
  const id = `copilot-field-${++fields}`;
  const label = visible(field.label || field.name);
  const draft = panel.draft(`field ${field.name}`);
  const start = draft.get() ? JSON.parse(draft.get()) : startOf(field);
  const control = CONTROLS[kindOf(field)](field, start, id);
  const note = element("div", "copilot-field-note");
  const wrong = element("div", "copilot-field-wrong");
  [note.id, wrong.id] = [`${id}-note`, `${id}-wrong`];
  note.append(...[visible(field.description), visible(hintOf(field))].filter(Boolean).flatMap((text, at) => (at ? [" ", text] : [text])));
  wrong.hidden = true;
  for (const input of control.inputs) input.setAttribute("aria-describedby", `${note.id} ${wrong.id}`);
  let checked = false;

  const read = () => valueOf(field, control.read());
  function check() {
    checked = true;
    const words = problem(field, control.read());
    wrong.textContent = words;
    wrong.hidden = !words;
    for (const input of control.inputs) input.setAttribute("aria-invalid", String(Boolean(words)));
    return words;
  }
  const input = () => {
    draft.set(JSON.stringify(control.read()));
    if (checked) check();
  };
  control.el.addEventListener("input", input, { signal: panel.signal });
  const el = element("div", "copilot-form-field", ...control.labelled(labelOf(label, field, id)), note, wrong);
  el.dataset.kind = field.kind;
  note.hidden = !note.textContent;
  return { el, name: field.name, label, read, check, focus: () => control.inputs[0]?.focus() };
}

function labelOf(label, field, id) {
  const node = element("label", "copilot-field-label", label);
  node.htmlFor = id;
  if (field.required && field.kind !== "boolean") node.append(element("span", "copilot-required", "required"));
  return node;
}

/** What a field holds at first, as its control wants it. */
function startOf({ kind, default: given }) {
  if (kind === "choices") return Array.isArray(given) ? given.map(String) : [];
  if (kind === "boolean") return given === true;
  return given == null ? "" : String(given);
}

function kindOf({ kind, choices, maximum, default: given, format }) {
  if (kind === "boolean") return "check";
  if (kind === "choices") return "checks";
  if (kind === "choice") return choices.length > FEW ? "list" : "radios";
  const long = kind === "text" && !format && (maximum > LONG_TEXT || String(given ?? "").includes("\n"));
  return long ? "area" : "line";
}

/** The value that is sent; undefined for what was left empty. */
function valueOf({ kind, format }, raw) {
  if (kind === "boolean") return raw;
  if (kind === "choices") return raw.length ? raw : undefined;
  if (raw.trim() === "") return undefined;
  if (kind === "number" || kind === "integer") return Number(raw);
  return format === "date-time" ? new Date(raw).toISOString() : raw;
}

const TYPES = { email: "email", uri: "url", date: "date", "date-time": "datetime-local" };

function line(field, start, id) {
  const input = element("input", "copilot-field");
  input.type = TYPES[field.format] ?? "text";
  if (field.kind === "number") input.inputMode = "decimal";
  if (field.kind === "integer") input.inputMode = "numeric";
  if (field.kind !== "text") input.classList.add("copilot-short");
  input.value = field.format === "date-time" ? localTime(start) : start;
  return plain(input, id);
}

/** What a date field shows is the reader's own time. */
function localTime(text) {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) return "";
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function area(_field, start, id) {
  const input = element("textarea", "copilot-field");
  input.rows = 3;
  input.value = start;
  return plain(input, id);
}

function list(field, start, id) {
  const input = element("select", "copilot-field");
  for (const { value, label } of [{ value: "", label: "Choose…" }, ...field.choices]) {
    const option = element("option", "", visible(label));
    option.value = value;
    option.selected = value === start;
    input.append(option);
  }
  return plain(input, id);
}

function plain(input, id) {
  input.id = id;
  return { el: input, inputs: [input], read: () => input.value, labelled: (label) => [label, input] };
}

function checkbox(_field, start, id) {
  const input = element("input");
  [input.type, input.checked, input.id] = ["checkbox", start === true, id];
  return {
    el: input,
    inputs: [input],
    read: () => input.checked,
    labelled: (label) => [element("div", "copilot-option", input, label)],
  };
}

/** A radio cannot be taken back, hence "No answer" where none is needed. */
function radios(field, start, id) {
  const none = { value: "", label: "No answer" };
  return options("radio", field.required ? field.choices : [...field.choices, none], [start], id, (on) => on[0] ?? "");
}

const checks = (field, start, id) => options("checkbox", field.choices, start, id, (on) => on);

function options(type, choices, chosen, id, read) {
  const inputs = choices.map(({ value }, at) => {
    const input = element("input");
    [input.type, input.name, input.id, input.value, input.checked] = [type, id, at ? `${id}-${at}` : id, value, chosen.includes(value)];
    return input;
  });
  const rows = inputs.map((input, at) => {
    const label = element("label", "", visible(choices[at].label));
    label.htmlFor = input.id;
    return element("div", "copilot-option", input, label);
  });
  const el = element("div", "copilot-options", ...rows);
  el.setAttribute("role", type === "radio" ? "radiogroup" : "group");
  const on = () => inputs.filter((input) => input.checked).map((input) => input.value);
  return {
    el,
    inputs,
    read: () => read(on()),
    labelled(label) {
      const name = element("div", "copilot-field-label", ...label.childNodes);
      name.id = `${id}-name`;
      el.setAttribute("aria-labelledby", name.id);
      return [name, el];
    },
  };
}

const CONTROLS = { line, area, list, check: checkbox, radios, checks };
