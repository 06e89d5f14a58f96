// Builds the pages into the Python package: all that is served at /, /inspector, /sdk.js and /static/.
// `node build.mjs [folder]`: the folder is emptied of all else. Nothing is written where anything fails.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const target = process.argv[2] ?? fileURLToPath(new URL("../../../capserver/pages/static", import.meta.url));

const PAGES = {
  "demo.js": "demo/main.ts",
  "demo.css": "demo/style.css",
  "inspector.js": "inspector/main.ts",
  "inspector.css": "inspector/style.css",
};
const SDK = { "sdk.js": "sdk.ts" };
const COPIES = {
  "index.html": "demo/index.html",
  "inspector.html": "inspector/index.html",
  "icon.svg": "icon.svg",
};

const missing = Object.values({ ...PAGES, ...SDK, ...COPIES }).filter(
  (path) => !existsSync(join(here, path)),
);
if (missing.length > 0) fail(`${missing.join(", ")}: not there`);
// What the pages share or load late are files of their own; the SDK is one file, to be copied as it is.
const made = { ...(await bundled(PAGES, { splitting: true })), ...(await bundled(SDK)), ...copied() };
put({ ...made, ...packed(made) });

async function bundled(sources, more) {
  const { outputFiles } = await build({
    absWorkingDir: here,
    entryPoints: Object.entries(sources).map(([name, path]) => ({ in: path, out: stem(name) })),
    chunkNames: "[name]-[hash]",
    outdir: target,
    bundle: true,
    format: "esm",
    target: "es2022",
    minify: true,
    write: false,
    logLevel: "warning",
    ...more,
  }).catch(() => fail("esbuild found faults"));
  return Object.fromEntries(outputFiles.map((file) => [relative(target, file.path), file.contents]));
}

function stem(name) {
  return name.replace(/\.\w+$/, "");
}

function copied() {
  const read = ([name, path]) => [name, readFileSync(join(here, path))];
  return Object.fromEntries(Object.entries(COPIES).map(read));
}

/** The gzip of every file, to lie beside it: the server has nothing to compute. */
function packed(files) {
  const pack = ([name, contents]) => [`${name}.gz`, gzipSync(contents, { level: 9 })];
  return Object.fromEntries(Object.entries(files).map(pack));
}

/** A server may be reading: a file changes at once or not at all, and only where it has to. */
function put(files) {
  mkdirSync(target, { recursive: true });
  for (const [name, contents] of Object.entries(files)) {
    const path = join(target, name);
    if (existsSync(path) && readFileSync(path).equals(contents)) continue;
    const fresh = join(target, `.${name}.${process.pid}`);
    writeFileSync(fresh, contents);
    renameSync(fresh, path);
  }
  for (const name of readdirSync(target)) {
    if (!(name in files || name.startsWith("."))) rmSync(join(target, name));
  }
}

function fail(message) {
  console.error(`the pages cannot be built: ${message}`);
  process.exit(1);
}
