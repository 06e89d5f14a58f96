// Packs what `npm run build` has made and looks at it as who installs it does: publint, attw, and an install.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const npm = process.env.npm_execpath;
const away = mkdtempSync(join(tmpdir(), "capserver-client-"));
try {
  const [{ filename, size, files }] = JSON.parse(
    node([npm, "pack", "--json", "--pack-destination", away], here),
  );
  console.log(`${filename}: ${files.length} files, ${size} bytes`);
  const modules = join(here, "node_modules");
  node([join(modules, "publint/src/cli.js"), join(away, filename), "--strict"]);
  node([join(modules, "@arethetypeswrong/cli/dist/index.js"), join(away, filename), "--profile", "esm-only"]);
  install(join(away, filename));
} catch (fault) {
  console.error(fault.stdout ?? "", fault.message);
  process.exitCode = 1;
} finally {
  rmSync(away, { recursive: true, force: true });
}

/** The packed file alone is enough for a program that imports it. */
function install(file) {
  writeFileSync(join(away, "package.json"), '{ "private": true, "type": "module" }');
  node([npm, "install", "--offline", "--no-audit", "--no-fund", "--loglevel=error", file], away);
  writeFileSync(
    join(away, "use.js"),
    `import { createClient } from "capserver-client";
import { fromModelContext } from "capserver-client/webmcp";
if (![createClient, fromModelContext].every((made) => typeof made === "function")) throw new Error("no functions");`,
  );
  node(["use.js"], away);
}

/** What a script prints; it is shown where the script fails. */
function node(args, cwd = away) {
  return execFileSync(process.execPath, args, {
    cwd,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
}
