/** What the pages say about code is true: it compiles, and the tutorial's does what the tutorial prints. */

import { type ExecFileException, execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { capserver, type Real } from "./real.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const here = fileURLToPath(new URL("../", import.meta.url));
const PAGES = ["README.md", "API.md", ...readdirSync(`${here}docs`).map((name) => `docs/${name}`)];
const ADDRESS = "http://127.0.0.1:8787";

interface Block {
  page: string;
  language: string;
  code: string;
}

function blocks(page: string): Block[] {
  const found = readFileSync(here + page, "utf8").matchAll(/^```(\w+)\n(.*?)^```/gms);
  return [...found].map(([, language = "", code = ""]) => ({ page, language, code }));
}

/** What it prints. The answer is typed once it has asked. */
function run(file: string, args: readonly string[], cwd = here, answer = ""): Promise<string> {
  return new Promise((resolve) => {
    const ended = (error: ExecFileException | null, stdout: string, stderr: string) =>
      resolve(error ? `${stdout}${stderr}exit ${error.code}` : stdout);
    const child = execFile(file, args, { cwd }, ended);
    if (answer) child.stdout?.once("data", () => child.stdin?.write(`${answer}\n`));
  });
}

const folders: string[] = [];

function folder(parent: string): string {
  folders.push(mkdtempSync(parent));
  return folders.at(-1) ?? "";
}

afterAll(() => {
  for (const made of folders) rmSync(made, { recursive: true });
});

test("every block of code compiles, strictly", async () => {
  mkdirSync(`${here}node_modules/.docs`, { recursive: true });
  const target = folder(`${here}node_modules/.docs/`);
  const code = PAGES.flatMap(blocks).filter(({ language }) => ["js", "ts", "tsx"].includes(language));
  for (const [index, { page, language, code: text }] of code.entries()) {
    writeFileSync(`${target}/${page.replaceAll(/\W/g, "_")}_${index}.${language}`, text);
  }
  const paths = {
    "capserver-client": [`${here}src/index.ts`],
    "capserver-client/*": [`${here}src/*.ts`],
    electron: [`${here}test/electron.d.ts`],
    three: [`${here}pages/node_modules/@types/three`],
  };
  const changed = { paths, allowJs: true, checkJs: true, noUnusedLocals: false };
  const config = { extends: `${here}tsconfig.json`, compilerOptions: changed, include: ["*"] };
  writeFileSync(`${target}/tsconfig.json`, JSON.stringify(config));
  expect(code.length).toBeGreaterThan(10);
  expect(await run(process.execPath, [`${here}node_modules/typescript/bin/tsc`, "-p", target])).toBe("");
});

test("a bundler makes it fit for the browsers that old-browsers.md names", async () => {
  const [, target = ""] =
    /esbuild --target=(\w+)/.exec(readFileSync(`${here}docs/old-browsers.md`, "utf8")) ?? [];
  expect(target).toMatch(/^es20/);
  await build({ entryPoints: [`${here}src/index.ts`], bundle: true, write: false, target, format: "esm" });
});

describe("the tutorial", () => {
  let server: Real;
  let project: string;

  beforeAll(async () => {
    server = await capserver();
    project = folder(join(tmpdir(), "tutorial-"));
    const installed = `${project}/node_modules/capserver-client`;
    await build({
      entryPoints: [`${here}src/index.ts`],
      bundle: true,
      format: "esm",
      outfile: `${installed}/index.js`,
    });
    writeFileSync(`${installed}/package.json`, '{"type": "module", "exports": "./index.js"}');
    for (const { code } of tutorial("js")) {
      const name = /^\/\/ (\S+)/.exec(code)?.[1];
      writeFileSync(`${project}/${name}`, code.replaceAll(ADDRESS, server.url));
    }
  });

  afterAll(() => server.stop());

  function tutorial(language: string): Block[] {
    return blocks("docs/tutorial.md").filter((block) => block.language === language);
  }

  function node(script: string, args: readonly string[] = [], answer?: string): Promise<string> {
    const flags = "WebSocket" in globalThis ? [] : ["--experimental-websocket", "--no-warnings"];
    return run(process.execPath, [...flags, script, ...args], project, answer);
  }

  test("prints what it says that its client prints", async () => {
    const [english, chinese] = tutorial("text").map(({ code }) => code.trim());
    const [, said = ""] =
      /node lamp\.mjs "([^"]*)"/.exec(
        tutorial("sh")
          .map(({ code }) => code)
          .join(""),
      ) ?? [];
    expect((await node("lamp.mjs")).trim()).toBe(english);
    expect(said).toContain("蓝色");
    expect((await node("lamp.mjs", [said])).trim()).toBe(chinese);
  });

  test("says why nothing was done", async () => {
    expect(await node("lamp.mjs", ["fly to the moon"])).toMatch(/^completed .+/);
  });

  test.each([
    ["y", "🔥\ndone"],
    ["n", "declined"],
  ])("asks a person, and takes %s for an answer", async (answer, told) => {
    expect(await node("careful.mjs", [], answer)).toBe(`May I heat? (y/n) ${told}\n`);
  });
});

describe("API.md", () => {
  const api = readFileSync(`${here}API.md`, "utf8");
  const source = (name: string) => readFileSync(`${here}src/${name}`, "utf8");

  /** The keys of an interface, as it is written. */
  function keys(file: string, name: string): string[] {
    const [, body = ""] =
      new RegExp(`interface ${name}\\b[^{]*\\{\\n(.*?)\\n\\}`, "s").exec(source(file)) ?? [];
    return [...body.matchAll(/^ {2}(?:readonly )?(\w+)[?(<:]/gm)].map(([, key = ""]) => key);
  }

  test.each([
    ["options.ts", "ClientOptions"],
    ["options.ts", "Timing"],
    ["schema.ts", "CommandSpec"],
    ["schema.ts", "CommandContext"],
    ["client.ts", "Client"],
    ["client.ts", "InstructOptions"],
    ["events.ts", "Events"],
    ["link.ts", "Status"],
  ])("has all that %s has in %s", (file, name) => {
    const missing = keys(file, name).filter((key) => !new RegExp(`\`${key}\\b`).test(api));
    expect(keys(file, name).length).toBeGreaterThan(4);
    expect(missing).toEqual([]);
  });

  test("has every code", () => {
    const sources = readdirSync(`${here}src`).filter((name) => /^(?!protocol|react).*\.ts$/.test(name));
    const given = /(?:CapserverError\(|fail\(|failure\(|\{ code:)\s*"(\w+)"/g;
    const codes = sources.flatMap((name) => [...source(name).matchAll(given)].map(([, code = ""]) => code));
    expect(codes).toContain("unreachable");
    expect(codes.filter((code) => !api.includes(`| \`${code}\` |`))).toEqual([]);
  });
});

describe("the pages", () => {
  test.each(PAGES)("%s names nothing that is not there", (page) => {
    const text = readFileSync(here + page, "utf8");
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
    for (const link of links.filter((link) => !link.startsWith("http"))) {
      const [path, anchor] = link.split("#");
      const target = path ? join(here, page, "..", path) : here + page;
      const headings = [...readFileSync(target, "utf8").matchAll(/^#+ (.*)/gm)].map(([, heading = ""]) =>
        slug(heading),
      );
      if (anchor) expect(headings).toContain(anchor);
    }
  });

  function slug(heading: string): string {
    return heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, "")
      .replaceAll(" ", "-");
  }
});
