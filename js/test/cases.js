// Markdown that has gone wrong in renderers that draw while text arrives.
export const CASES = [
  "para\n\n- a\n- b\n\n  c\n- d\n\nend",
  "title\n===\n\nother\n---\n\n| x | y |\n|--|--:|\n| 1 | 2 |\n\ntext",
  "```py\nx = 1\n\n\ny = 2\n```\nafter\n\nmore",
  "````md\n```\ninner\n```\n````\n\nafter",
  "~~~\nnever closed\n\nstill code",
  "> q\n> - l\n>\n> more\n\n1. x\n   ```\n   code\n   ```\n2. y",
  "$$\na_b*c*\n$$\n\ninline $x_1*y*$ and \\(z\\) cost $5 and $6\n\n\\[ a \\]\n\nend",
  "$$\nopen formula\n\nnext paragraph\n\nand another\n$$",
  "see [x][1] and [y]\n\npara\n\nmore\n\n[1]: https://a.example\n[y]: https://b.example\n\nafter [y]",
  "* a\n\n\n* b\n\n    indented\n\nzz",
  "text<br>line <sub>2</sub> <b onclick=x>n</b>\n\n<div>raw\n\n</div>\n\nx",
  "<!-- a comment\n\nover blocks -->\n\nafter\n\nend",
  "a **bold *both* text** and __more__ `code ** here` ~~gone~~\n\nb\n\nc",
  "1. one\n2. two\n\n   - [ ] todo\n   - [x] done\n\n5. five\n\ntext\n\nend",
  "| a |\n|---|\n| `x|y` |\n| \\| |\n\n| not | a table\n\nend",
  "hard  \nbreak\\\nagain\n\n***\n\n---\n\n___\n\nend",
  "entities &amp; &lt;b&gt; &copy; &#x41; &#0; &nope; &\n\nx\n\ny",
  "emoji 👩‍🔬 and ünï\n\n- 日本語\n- العربية\n\nend",
  "\n\n\n  leading\n\n\n\ntrailing\n\n\n",
  "a\tb\n\n\tcode by tab\n\n-\ttab item\n\nend",
];

/** A long answer of every common kind of block, different at each seed. */
export function corpus(blocks, seed = 7) {
  let state = seed;
  const next = (limit) => (state = (state * 48271) % 2147483647) % limit;
  const words = "the gap of station mean hour data index frame column value missing rolling plot series".split(" ");
  const say = (count) => Array.from({ length: count }, () => words[next(words.length)]).join(" ");
  const kinds = [
    () => `${"#".repeat(1 + next(3))} ${say(3)}`,
    () => `${say(12)} **${say(2)}**, \`${say(1)}()\` and [${say(1)}](https://example.org/${next(99)}).`,
    () => `${say(20)}\n${say(15)} *${say(2)}* ~~${say(1)}~~.`,
    () => Array.from({ length: 3 + next(4) }, (_, at) => `${at + 1}. ${say(5)}\n   - ${say(3)}`).join("\n"),
    () => Array.from({ length: 2 + next(5) }, () => `- ${say(6)}`).join(next(2) ? "\n" : "\n\n"),
    () => `\`\`\`python\ndef ${words[next(9)]}(x):\n    # ${say(4)}\n\n    return x + ${next(99)}\n\`\`\``,
    () => `| ${words[next(9)]} | n |\n|:--|--:|\n${Array.from({ length: 3 }, () => `| ${say(2)} | ${next(999)} |`).join("\n")}`,
    () => `> ${say(9)}\n> ${say(4)}`,
    () => `The mean is $\\bar x_${next(9)} = \\frac{1}{k}$, so\n\n$$\nx_{t} + ${next(9)}\n$$`,
    () => "---",
  ];
  return Array.from({ length: blocks }, () => kinds[next(kinds.length)]()).join("\n\n");
}
