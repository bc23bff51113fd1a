// What a field takes, in words: before, as a hint, and after, when something does not fit.

const ADDRESS = /^[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)+$/;
const LONGEST_TRIED = 200;

/** A group that is repeated, or many repeats, can take a pattern for ever. */
const isTame = (pattern) =>
  pattern.length <= LONGEST_TRIED && !/\)[*+{]/.test(pattern) && (pattern.match(/[*+]|\{\d+,/g) ?? []).length <= 3;

/** @returns {string} such as "1 to 10" */
export function hintOf({ kind, minimum: low, maximum: high, format, pattern }) {
  const unit = { text: " characters", choices: " of them" }[kind] ?? "";
  const range =
    low != null && high != null ? `${low} to ${high}${unit}` : low != null ? `At least ${low}${unit}` : high != null ? `At most ${high}${unit}` : "";
  const shape = pattern ? `Must match ${pattern.slice(0, LONGEST_TRIED)}` : "";
  const whole = kind === "integer" && !range ? "A whole number" : "";
  return [range, whole, format === "date-time" ? "Your local time" : "", shape].filter(Boolean).join(" · ");
}

/** @returns {string} what is wrong with it; empty when nothing is */
export function problem(field, raw) {
  if (field.kind === "boolean") return "";
  if (field.kind === "choices") return amount(field, raw.length, "choose");
  if (!raw.trim()) return field.required ? "This is needed." : "";
  return RULES[field.kind]?.(field, raw) ?? "";
}

function amount({ minimum: low, maximum: high, required }, count, verb, unit = "") {
  if (!count && !required) return "";
  const least = Math.max(low ?? 0, required ? 1 : 0);
  if (count < least) return `Please ${verb} at least ${least}${unit}.`;
  return high != null && count > high ? `Please ${verb} at most ${high}${unit}.` : "";
}

const RULES = {
  number: numeric,
  integer: numeric,
  text(field, raw) {
    const length = amount({ ...field, required: false }, [...raw].length, "write", " characters");
    return length || FORMATS[field.format]?.(raw) || pattern(field, raw);
  },
};

function numeric({ kind, minimum: low, maximum: high }, raw) {
  const value = Number(raw);
  if (!Number.isFinite(value)) return "Please write a number, such as 3 or 0.5.";
  if (kind === "integer" && !Number.isInteger(value)) return "Please write a whole number.";
  if (low != null && value < low) return `It must be at least ${low}.`;
  return high != null && value > high ? `It must be at most ${high}.` : "";
}

const FORMATS = {
  email: (raw) => (ADDRESS.test(raw) ? "" : "Please write an e-mail address, such as name@example.org."),
  uri: (raw) => (/^[a-z][a-z\d+.-]*:/i.test(raw) && URL.canParse(raw) ? "" : "Please write an address, such as https://example.org."),
  date: (raw) => (Number.isNaN(Date.parse(raw)) ? "Please write a date, such as 2025-12-31." : ""),
  "date-time": (raw) => (Number.isNaN(Date.parse(raw)) ? "Please write a date and a time." : ""),
};

/** Whoever asked checks it again; here it only has to be quick. */
function pattern({ pattern: source }, raw) {
  if (!source || !isTame(source) || raw.length > LONGEST_TRIED) return "";
  try {
    return new RegExp(source, "u").test(raw) ? "" : "It does not have the form that is asked for.";
  } catch {
    return "";
  }
}
