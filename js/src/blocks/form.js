// Somebody, mostly an MCP server, wants a form filled in or a page opened.
import { button, element, icon, visible } from "../element.js";
import { addressOf } from "../url.js";
import { formField } from "./form_field.js";
import { outward } from "./outward.js";
import { request } from "./request.js";

const SHORT = 140;

/** @type {import("./index.js").BLOCKS["form"]} */
export function form(_block, context) {
  const heading = (block) => (isShort(block) ? visible(block.heading) : `${visible(block.source) || "The agent"} asks`);
  const parts = {
    name: "form",
    icon: "question",
    heading,
    line: (block) => visible(block.heading).split("\n")[0],
    mark: () => null,
    call: (block) => `${block.source || "The agent"} asks: ${block.heading}`,
    ask: (block, panel) => [
      ...asker(block),
      ...(block.warnings ?? []).map(warning),
      ...(block.url ? page(block, panel) : fields(block, panel, context)),
    ],
    record: (block) => [...asker(block), block.url ? element("code", "", shownAddress(block.url)) : null, ...labels(block)],
  };
  return request(parts, context);
}

const warning = (words) => element("div", "copilot-warning", icon("warning"), element("span", "", visible(words)));

const isShort = ({ heading }) => heading.length <= SHORT && !heading.includes("\n");

/** Who asks; and what, where that is more than a heading. */
function asker(block) {
  if (!isShort(block)) return [element("div", "copilot-question copilot-lines", visible(block.heading))];
  return [block.source ? element("div", "copilot-intention", "For ", element("strong", "", visible(block.source))) : null];
}

const labels = ({ fields = [] }) => fields.map(({ label, name }) => element("div", "copilot-muted", visible(label || name)));

/** Nothing typed is lost when something does not fit: the words stand at the field. */
function fields(block, panel, { alert }) {
  const drawn = (block.fields ?? []).map((field) => formField(field, panel));
  function send(event) {
    const wrong = drawn.filter((field) => field.check());
    if (wrong.length) {
      wrong[0].focus();
      return alert(wrong.map((field) => `${field.label}: ${field.check()}`).join(" "));
    }
    const content = Object.fromEntries(drawn.map((field) => [field.name, field.read()]).filter(([, value]) => value !== undefined));
    panel.answer({ action: "accept", content }, event);
  }
  const host = element("div", "copilot-fields", ...drawn.map(({ el }) => el));
  const keydown = (event) => {
    const { localName, type } = event.target;
    const sends = event.ctrlKey || event.metaKey || (localName === "input" && type !== "checkbox");
    if (event.key !== "Enter" || event.isComposing || !sends) return;
    event.preventDefault();
    send(event);
  };
  host.addEventListener("keydown", keydown, { signal: panel.signal });
  return [host, element("div", "copilot-buttons", button("copilot-button copilot-primary", "Send", send, panel.signal), decline(panel))];
}

function decline(panel) {
  return button("copilot-button", "Decline", (event) => panel.answer({ action: "decline" }, event), panel.signal);
}

/** The page opens by the reader's own click on a link that shows where it leads. */
function page(block, panel) {
  const address = addressOf(block.url);
  const open = outward(address, `Open ${address?.host ?? ""}`, (event) => {
    if (panel.deliberate(event)) panel.answer({ action: "accept" }, event);
    else event.preventDefault();
  });
  return [
    address ? element("div", "copilot-host", icon("globe"), element("strong", "", address.host)) : null,
    element("code", "copilot-address", shownAddress(block.url)),
    element("div", "copilot-buttons", open, decline(panel)),
  ];
}

const shownAddress = (url) => addressOf(url)?.href ?? visible(url);
