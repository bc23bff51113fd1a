// Which words of a changed line differ from the line that it replaces.

/** Marks help only where much stays of the shorter line, and something of the longer. */
const SAME_OF_SHORTER = 0.5;
const SAME_OF_LONGER = 0.2;
/** Comparing takes words times words. */
const MOST_WORDS = 160;
const LONGEST_RUN = 200;

/**
 * Where as many lines were added as removed, each pair gets `marks`: [from, to] of what differs in it.
 *
 * @param {{line: string, kind: string, marks: [number, number][]}[]} lines
 */
export function markPairs(lines) {
  for (let at = 0; at < lines.length; at++) {
    const removed = runOf(lines, at, "removed");
    const added = runOf(lines, at + removed, "added");
    if (removed && removed === added && removed <= LONGEST_RUN) {
      for (let pair = 0; pair < removed; pair++) markPair(lines[at + pair], lines[at + removed + pair]);
    }
    at += Math.max(0, removed + added - 1);
  }
}

function runOf(lines, at, kind) {
  let end = at;
  while (lines[end]?.kind === kind) end++;
  return end - at;
}

const wordsOf = (line) => line.slice(1).match(/\w+|\s+|[^\w\s]/gu) ?? [];

function markPair(one, other) {
  const [a, b] = [wordsOf(one.line), wordsOf(other.line)];
  if (!a.length || !b.length || a.length > MOST_WORDS || b.length > MOST_WORDS) return;
  const [keptA, keptB] = common(a, b);
  const same = a.reduce((length, word, at) => length + (keptA[at] ? word.trim().length : 0), 0);
  const [shorter, longer] = [a, b].map((words) => words.join("").replace(/\s/g, "").length).sort((x, y) => x - y);
  if (same < SAME_OF_SHORTER * shorter || same < SAME_OF_LONGER * longer) return;
  one.marks = marksOf(a, keptA);
  other.marks = marksOf(b, keptB);
}

/** The longest common run of words, not necessarily neighbours: which of each side stay. */
function common(a, b) {
  const width = b.length + 1;
  const lengths = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const [down, right, both] = [lengths[(i + 1) * width + j], lengths[i * width + j + 1], lengths[(i + 1) * width + j + 1]];
      lengths[i * width + j] = a[i] === b[j] ? both + 1 : Math.max(down, right);
    }
  }
  const kept = [new Array(a.length).fill(false), new Array(b.length).fill(false)];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) kept[0][i++] = kept[1][j++] = true;
    else if (lengths[(i + 1) * width + j] >= lengths[i * width + j + 1]) i++;
    else j++;
  }
  return kept;
}

/** Neighbouring words that differ, and the blank between two such, are one mark. */
function marksOf(words, kept) {
  const marks = [];
  let at = 1;
  words.forEach((word, index) => {
    const blank = !word.trim() && kept[index - 1] === false && kept[index + 1] === false;
    if (!kept[index] || blank) {
      if (marks.at(-1)?.[1] === at) marks.at(-1)[1] += word.length;
      else marks.push([at, at + word.length]);
    }
    at += word.length;
  });
  return marks;
}
