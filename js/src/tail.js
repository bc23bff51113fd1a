// What to show of text that is still arriving, so that nothing flashes as something else.

/** Longer paragraphs are shown as they are: looking for what is open in them would cost too much. */
const LONGEST = 4000;

/** @param {string} tail  the blocks that may still change */
export const shown = (tail) => complete(holdBack(tail));

/**
 * A lone run of `-` is a heading's underline or the next bullet, a half link shows brackets: such an
 * end waits for what follows.
 *
 * @param {string} tail
 * @returns {string} the part that is safe to show
 */
export function holdBack(tail) {
  const start = tail.lastIndexOf("\n") + 1;
  const line = tail.slice(start);
  if (/^ {0,3}(?:[-=*+_#>]+|\d{1,9}[.)]?|`{1,2}|~{1,2}|\||\$)\s*$/.test(line)) return tail.slice(0, start);
  const link = /!?\[[^\]\n]*(?:\](?:\([^)\n]*)?)?$/.exec(line);
  if (link && link[0].length < 300 && !link[0].includes("`")) return tail.slice(0, start + link.index);
  return tail;
}

/**
 * Closes emphasis and code that are open at the end: words are bold from their first letter on, and
 * no asterisks come and go.
 *
 * @param {string} tail
 * @returns {string}
 */
export function complete(tail) {
  if (inFence(tail)) return tail;
  const last = tail.slice(tail.lastIndexOf("\n\n") + 1);
  if (last.length > LONGEST) return tail;
  const bare = last.replace(/\\[^\n]/g, "  ").replace(/(?<!`)(`+)(?!`)[^]*?[^`]\1(?!`)/g, " ");
  const tick = /(?<!`)(`+)(?!`)([^]*)$/.exec(bare);
  if (tick) return tick[2].trim() ? tail + tick[1] : tail.slice(0, tail.length - tick[0].length);
  const dangling = /(?:^|[\s(])(\*{1,3}|_{1,2}|~~)$/.exec(bare);
  if (dangling) return tail.slice(0, tail.length - dangling[1].length);
  return tail + openMarks(bare);
}

const inFence = (tail) => (tail.match(/^ {0,3}(?:```|~~~)/gm)?.length ?? 0) % 2 === 1;

/** Marks that open before a word and find no partner, the last one first. */
function openMarks(text) {
  const open = [];
  for (const [, before, mark, after] of text.matchAll(/(^|[^*_~])(\*{1,2}|_{1,2}|~~)(?=([^*_~]|$))/g)) {
    const opens = /^$|[\s(["']/.test(before) && after && !/\s/.test(after);
    if (open.at(-1) === mark && before && !/\s/.test(before)) open.pop();
    else if (opens) open.push(mark);
  }
  return /\s$/.test(text) ? "" : open.reverse().join("");
}
