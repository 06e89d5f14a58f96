// Builds dist/: one ES module an entry, with types. With --size: fails where the main entry has grown too large.
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { ENTRIES, minified } from "./minified.mjs";

const LARGEST_MAIN = 6000;
const here = fileURLToPath(new URL(".", import.meta.url));

if (process.argv.includes("--size")) await checkSize();
else await make();

async function make() {
  rmSync(`${here}dist`, { recursive: true, force: true });
  mkdirSync(`${here}dist`);
  for (const { path, contents } of await minified(ENTRIES, `${here}dist`)) writeFileSync(path, contents);
  const tsc = ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"];
  const { status } = spawnSync(process.execPath, tsc, { cwd: here, stdio: "inherit" });
  if (status !== 0) process.exit(1);
  for (const name of readdirSync(`${here}dist`, { recursive: true })) {
    if (name.endsWith(".d.ts")) pointAtModules(`${here}dist/${name}`);
  }
}

/** What a declaration imports is called .ts here, and .js once it is installed. */
function pointAtModules(path) {
  const text = readFileSync(path, "utf8");
  writeFileSync(path, text.replaceAll(/((?:from |import\()"\.[^"]*)\.tsx?"/g, '$1.js"'));
}

/** The main entry, as a page loads it: with all that it imports, without what it loads late. */
async function checkSize() {
  const made = await minified(["index"], `${here}dist`);
  const { contents } = made.find(({ path }) => path.endsWith("/index.js"));
  if (/\b(from|import)"\./.test(contents)) throw new Error("the main entry is no longer one file");
  const bytes = gzipSync(contents, { level: 9 }).length;
  console.log(`the main entry: ${bytes} of ${LARGEST_MAIN} bytes, gzipped`);
  if (bytes > LARGEST_MAIN) process.exitCode = 1;
}
