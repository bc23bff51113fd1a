// What a finished turn cost, in one quiet line.
import { element, ticked } from "./element.js";

/**
 * @param {HTMLElement} el
 * @param {import("./reduce.js").Head} head
 */
export function drawFooter(el, head) {
  const parts = [ENDINGS[head.state], head.model, ...usageOf(head.usage ?? {}), secondsOf(head.seconds)].filter(Boolean);
  const line = parts.map((part) => element("span", "", part));
  if (head.sent) line.push(ticked("copilot-sent", `Sent: ${head.sent}`));
  el.hidden = !(head.state in ENDINGS) || !line.length;
  el.replaceChildren(...line);
}

const ENDINGS = { done: "", stopped: "Stopped", failed: "Failed" };

/** In the words of `views/words.py`: at the end the stored form stands in the same place. */
function usageOf(usage) {
  const { input_tokens: read, output_tokens: wrote } = usage;
  const cached = usage.cached_tokens ? ` (${number(usage.cached_tokens)} cached)` : "";
  const thought = usage.reasoning_tokens ? ` (${number(usage.reasoning_tokens)} reasoning)` : "";
  return [
    read || wrote ? `${number(read ?? 0)} tokens in${cached}, ${number(wrote ?? 0)} out${thought}` : "",
    usage.context_tokens && usage.context_limit ? `context ${percent(usage.context_tokens / usage.context_limit)}` : "",
    usage.credits ? `${number(usage.credits)} AI ${usage.credits === 1 ? "credit" : "credits"}` : "",
    usage.cost ? `${number(usage.cost)} premium ${usage.cost === 1 ? "request" : "requests"}` : "",
  ];
}

const number = (value) => new Intl.NumberFormat("en", { maximumFractionDigits: 2 }).format(value);
const percent = (share) => (share < 0.01 ? "< 1%" : `${Math.round(share * 100)}%`);

/** @param {number | null | undefined} seconds */
export function secondsOf(seconds) {
  if (seconds == null || seconds < 0.05) return "";
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
