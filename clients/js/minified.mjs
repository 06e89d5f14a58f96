// The entries of the package, minified: what an entry loads late is a file of its own.
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { minify } from "terser";

export const ENTRIES = ["index", "react", "webmcp"];

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

function isEntry(path) {
  return ENTRIES.some((name) => path.endsWith(`/src/${name}.ts`));
}

// Methods that the modules of the main entry have for each other: no caller, no frame and no storage knows them.
const INTERNAL =
  /^(calls|claim|connect|emit|end|fail|flush|greet|grow|is|items|lists|load|log|opened|promise|prune|receive|repeat|save|seat|sent|spec|stop|stopped|table|take|taken|tell|trouble|troubled|whole|write|written)$/;

// What a session is kept as: short, and the same in every build, for one page may reload into another build.
const KEPT = { seat: "s", taken: "t", sent: "n", written: "w", log: "l", calls: "c" };
const keptNames = () => Object.fromEntries(Object.entries(KEPT).map(([name, short]) => [`$${name}`, short]));

/** These entries in the folder: `[{ path, contents }]`, with their source maps. */
export async function minified(entries, outdir) {
  const { outputFiles } = await build({
    absWorkingDir: fileURLToPath(new URL(".", import.meta.url)),
    entryPoints: entries.map((name) => `src/${name}.ts`),
    outdir,
    bundle: true,
    splitting: true,
    chunkNames: "[name]",
    format: "esm",
    target: "es2022",
    sourcemap: "external",
    external: ["react"],
    plugins: [besideMain],
    logLevel: "warning",
    write: false,
  });
  const texts = new Map(outputFiles.map(({ path, text }) => [path, text]));
  const scripts = [...texts.keys()].filter((path) => path.endsWith(".js"));
  return (await Promise.all(scripts.map((path) => pressed(path, texts)))).flat();
}

/** terser makes it 5 % smaller than esbuild would. */
async function pressed(path, texts) {
  const isMain = basename(path) === "index.js";
  const { code, map } = await minify(texts.get(path), {
    module: true,
    ecma: 2020,
    compress: { passes: 6, unsafe_arrows: true, hoist_funs: true },
    nameCache: isMain ? { props: { props: keptNames() } } : {},
    mangle: isMain ? { properties: { regex: INTERNAL, builtins: true } } : true,
    sourceMap: { content: texts.get(`${path}.map`), url: `${basename(path)}.map` },
  });
  return [
    { path, contents: code },
    { path: `${path}.map`, contents: map },
  ];
}
