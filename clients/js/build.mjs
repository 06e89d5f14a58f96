// Builds dist/: one ES module an entry, with types. With --size: fails where the main entry has grown too large.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const LARGEST_MAIN = 6000;
const ENTRIES = ["index", "react", "webmcp"];
const here = fileURLToPath(new URL(".", import.meta.url));

const settings = {
  absWorkingDir: here,
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  external: ["react"],
};

// The main entry is one file, which needs no bundler; the other entries import that file, so that there is
// one class of each error.
const besideMain = {
  name: "beside-main",
  setup: ({ onResolve }) =>
    onResolve({ filter: /^\./ }, ({ importer, path }) => {
      if (importer.endsWith("/index.ts") || !isEntry(importer)) return undefined;
      if (path === "./index.ts") return { path: "./index.js", external: true };
      return { errors: [{ text: `${path} would be packed twice: import it from ./index.ts` }] };
    }),
};

if (process.argv.includes("--size")) await checkSize();
else await make();

function isEntry(path) {
  return ENTRIES.some((name) => path.endsWith(`/src/${name}.ts`));
}

async function make() {
  rmSync(`${here}dist`, { recursive: true, force: true });
  await build({
    ...settings,
    entryPoints: ENTRIES.map((name) => `src/${name}.ts`),
    outdir: "dist",
    sourcemap: true,
    plugins: [besideMain],
    logLevel: "warning",
  });
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

/** The main entry with all that it imports, as a page loads it. */
async function checkSize() {
  const made = await build({ ...settings, entryPoints: ["src/index.ts"], write: false });
  const bytes = gzipSync(made.outputFiles[0].contents, { level: 9 }).length;
  console.log(`the main entry: ${bytes} of ${LARGEST_MAIN} bytes, gzipped`);
  if (bytes > LARGEST_MAIN) process.exitCode = 1;
}
