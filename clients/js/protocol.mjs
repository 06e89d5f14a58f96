// Writes src/protocol.ts from `capserver schema`; with --check, fails where the file is stale.
// The Python that has capserver is $PYTHON, else the checkout's .venv, else python3.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { compile } from "json-schema-to-typescript";

const root = new URL("../../", import.meta.url);
const target = new URL("src/protocol.ts", import.meta.url);
const venv = fileURLToPath(new URL(".venv/bin/python", root));
const python = process.env.PYTHON ?? (existsSync(venv) ? venv : "python3");

const HEADER =
  "/** The messages of capserver.v1. Generated from the server's own models by `npm run protocol`. */\n";
// Under their own names they would hide what every script knows by that name.
const RENAMED = { Error: "ErrorFrame", Text: "TextFrame" };

const schema = JSON.parse(
  execFileSync(python, ["-m", "capserver", "schema"], { cwd: root, encoding: "utf8" }),
);
const made = HEADER + constants() + tidy(await compile(messages(), "Frame", options()));

if (!process.argv.includes("--check")) {
  writeFileSync(target, made);
} else if (!existsSync(target) || readFileSync(target, "utf8") !== made) {
  console.error("src/protocol.ts is stale: run `npm run protocol` in clients/js");
  process.exitCode = 1;
}

function options() {
  return {
    bannerComment: "",
    unreachableDefinitions: true,
    style: { printWidth: 110, semi: true, singleQuote: false, trailingComma: "all" },
  };
}

/** The codes, and the name that both sides agree on in the handshake: what a client needs at run time. */
function constants() {
  const { ErrorCode, CloseCode } = schema.$defs;
  const codes = CloseCode.oneOf.map((code) => `  ${code.title}: ${code.const},\n`).join("");
  const errors = ErrorCode.enum.map((code) => `\n  | "${code}"`).join("");
  return `
/** The WebSocket subprotocol. */
export const SUBPROTOCOL = ${JSON.stringify(schema.title)};

/** ${CloseCode.description} */
export const CloseCode = {\n${codes}} as const;
export type CloseCode = (typeof CloseCode)[keyof typeof CloseCode];

/** ${ErrorCode.description} */
export type ErrorCode =${errors};

`;
}

/** The schema as the generator reads it best: every definition by its name, and a root over both directions. */
function messages() {
  const { ErrorCode, CloseCode, ...definitions } = schema.$defs;
  const named = Object.entries(definitions).map(([name, value]) => [
    rename(name),
    plain(value, rename(name)),
  ]);
  return {
    description: "any frame of capserver.v1",
    anyOf: [{ $ref: "#/$defs/ClientMessage" }, { $ref: "#/$defs/ServerMessage" }],
    $defs: Object.fromEntries(named),
  };
}

function rename(name) {
  return RENAMED[name] ?? name;
}

/** A schema without what no type can say. */
function plain(given, title) {
  const { description, $ref, const: constant, enum: choices, anyOf, oneOf, items, properties } = given;
  const made = { ...(title && { title }), ...(description && { description }) };
  if ($ref) return { $ref: $ref.replace(/[^/]+$/, rename) };
  if (constant !== undefined) return { ...made, const: constant };
  if (choices) return { ...made, enum: choices };
  if (anyOf ?? oneOf) return { ...made, anyOf: (anyOf ?? oneOf).map((item) => plain(item)) };
  if (items) return { ...made, type: "array", items: bare(plain(items)) };
  if (properties) return { ...made, ...object(given) };
  if (given.type === "object") return { ...made, type: "object", additionalProperties: values(given) };
  return { ...made, ...(given.type && { type: given.type }) };
}

function object({ properties, required = [] }) {
  const fields = Object.entries(properties).map(([name, field]) => [
    name,
    plain(required.includes(name) ? field : withoutNull(field)),
  ]);
  return { type: "object", additionalProperties: false, required, properties: Object.fromEntries(fields) };
}

/** What may be left out is left out, never null: on the wire both mean the same. */
function withoutNull({ anyOf, ...field }) {
  if (!anyOf) return field;
  const kept = anyOf.filter((item) => item.type !== "null");
  return kept.length === 1 ? { ...kept[0], ...field } : { ...field, anyOf: kept };
}

/** Items say nothing that their list does not. */
function bare({ description, ...schema }) {
  return schema;
}

function values({ additionalProperties: given }) {
  return given === true ? true : plain(given);
}

/** Comments of one line on one line; maps by the name that everybody knows. */
function tidy(text) {
  return text
    .replaceAll(/\/\*\*\n\s*\* (.*)\n\s*\*\//g, "/** $1 */")
    .replaceAll(/\{\s*\[k: string\]: ([^;]+);\s*\}/g, "Record<string, $1>");
}
