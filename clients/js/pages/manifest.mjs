// Writes what the demo page offers to tests/data/demo_manifest.json; clients/js/test/world tells where that is stale.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const target = fileURLToPath(new URL("../../../tests/data/demo_manifest.json", import.meta.url));

const { outputFiles } = await build({
  absWorkingDir: here,
  entryPoints: ["demo/world/manifest.ts"],
  bundle: true,
  format: "esm",
  platform: "neutral",
  write: false,
});
const source = Buffer.from(outputFiles[0].contents).toString("base64");
const { demoManifest } = await import(`data:text/javascript;base64,${source}`);
writeFileSync(target, `${JSON.stringify(demoManifest(), null, 1)}\n`);
