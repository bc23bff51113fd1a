// Bundles the front end into the Python package, the same bytes from the same sources.
//
//   npm run build    writes runtime.js, stub.js and THIRD_PARTY.txt
//   npm run check    fails when what is committed differs from what would be written
import { build } from "esbuild";
import { readFile, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, "../copilot_nb/views/widget/static");
const LARGEST = { "runtime.js": 130_000, "stub.js": 1000 };

/** @returns {Promise<Record<string, string>>} file name -> text */
async function outputs() {
  const [runtime, stub] = await Promise.all(["index.js", "stub.js"].map(bundle));
  return { "runtime.js": runtime, "stub.js": stub, "THIRD_PARTY.txt": await licences() };
}

async function bundle(entry) {
  const result = await build({
    entryPoints: [join(here, "src", entry)],
    absWorkingDir: here,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    loader: { ".css": "text" },
    plugins: [smallStyle, lexerOnly],
    write: false,
    logLevel: "warning",
  });
  return result.outputFiles[0].text;
}

/** The style travels as text, so esbuild's own minifier has to be called on it; its variables stay in it,
 * `$` stands for the prefix of its classes and `^` for the use of a variable. */
const smallStyle = {
  name: "small-style",
  setup(setting) {
    setting.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { outputFiles } = await build({ entryPoints: [path], minify: true, write: false, target: "es2022" });
      const text = outputFiles[0].text.replaceAll("--copilot-", "--c-");
      if (/[$^]/.test(text)) throw new Error(`${path} has a $ or a ^, which stand for something else`);
      return { contents: text.replaceAll("copilot-", "$").replaceAll("var(--c-", "^"), loader: "text" };
    });
  },
};

/** Options of marked that are always the same here: what other values would do is left out. */
const FIXED = { "this.options.pedantic": "false", "this.options.gfm": "true", "this.options.breaks": "false" };

/** Of marked only the lexer is used; its ready-made instance would keep all the rest in the bundle. */
const lexerOnly = {
  name: "lexer-only",
  setup(setting) {
    setting.onLoad({ filter: /marked\.esm\.js$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      const start = text.search(/var \w+=new \w+;function \w+\(\w+,\w+\)\{return \w+\.parse\(/);
      const lexer = /export\{.*?(\w+ as Lexer)/s.exec(text)?.[1];
      if (start < 0 || !lexer) throw new Error("marked looks different: adapt `lexerOnly`");
      const fixed = Object.entries(FIXED).reduce((code, [option, value]) => code.replaceAll(option, value), text.slice(0, start));
      return { contents: `${withoutRules(fixed)}export{${lexer}};` };
    });
  },
};

/** The rules of the ways to read that are never taken: `name={…}` up to the next variable. */
function withoutRules(code) {
  const table = /,(?:pedantic|breaks):(\w+)/g;
  const names = [...code.matchAll(table)].map(([, name]) => name);
  return names.reduce(
    (left, name) => {
      const smaller = left.replace(new RegExp(`,${name}=\\{.*?(?=,\\w+=)`, "s"), "");
      if (smaller === left) throw new Error("marked looks different: adapt `withoutRules`");
      return smaller;
    },
    code.replace(table, ""),
  );
}

/** What is bundled is what `dependencies` name; each licence is given in full. */
async function licences() {
  const { dependencies } = JSON.parse(await readFile(join(here, "package.json"), "utf8"));
  const parts = ["runtime.js contains these packages.\n"];
  for (const name of Object.keys(dependencies).sort()) {
    const folder = join(here, "node_modules", name);
    const { version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    const file = (await readdir(folder)).find((one) => /^licen[cs]e/i.test(one));
    const text = (await readFile(join(folder, file), "utf8")).replaceAll("\r\n", "\n").trim();
    parts.push(`${"-".repeat(72)}\n${name} ${version} (${license})\n\n${text}\n`);
  }
  return parts.join("\n");
}

const built = await outputs();
let wrong = false;
for (const [name, text] of Object.entries(built)) {
  const bytes = Buffer.byteLength(text);
  if (bytes > (LARGEST[name] ?? Infinity)) {
    wrong = true;
    console.error(`${name}: ${bytes} bytes, more than ${LARGEST[name]}`);
  }
  const path = join(target, name);
  if (!process.argv.includes("--check")) {
    await writeFile(path, text);
    console.log(`${name}: ${bytes} bytes`);
  } else if ((await readFile(path, "utf8").catch(() => "")) !== text) {
    wrong = true;
    console.error(`${name} differs from the sources: run "npm run build" in js/ and commit the result`);
  }
}
if (wrong) process.exitCode = 1;
