/** A JSON Schema as a person reads it: one line for a type, one row for a property. */

import { asList, asObject, compact, isObject, type Json, numberOf, textOf } from "./json.ts";

export interface Row {
  name: string;
  type: string;
  required: boolean;
  about: string;
  /** `default 1`, where there is one. */
  preset: string | undefined;
  rows: Row[];
}

const DEEPEST = 6;

/** The rows of an object schema's properties. */
export function rows(schema: unknown, root: unknown = schema, depth = 0): Row[] {
  const object = resolved(schema, root);
  const required = new Set(asList(object.required));
  return Object.entries(asObject(object.properties)).map(([name, given]) => {
    const inner = resolved(given, root);
    return {
      name,
      type: typeText(given, root),
      required: required.has(name),
      about: textOf(asObject(given).description) ?? textOf(inner.description) ?? "",
      preset: inner.default === undefined ? undefined : compact(inner.default),
      rows: depth < DEEPEST ? rows(isObject(inner.items) ? inner.items : inner, root, depth + 1) : [],
    };
  });
}

/** `integer 1…5`, `"a" | "b"`, `list of text ≤ 3`, `text → objects`. */
export function typeText(given: unknown, root: unknown = given, depth = 0): string {
  if (given === true) return "any";
  if (given === false) return "never";
  if (depth > DEEPEST) return "…";
  const schema = resolved(given, root);
  if (schema.const !== undefined) return compact(schema.const);
  if (Array.isArray(schema.enum)) return schema.enum.map(compact).join(" | ");
  const choices = [...asList(schema.anyOf), ...asList(schema.oneOf)];
  if (choices.length > 0) return choices.map((choice) => typeText(choice, root, depth + 1)).join(" | ");
  const types = Array.isArray(schema.type) ? schema.type : [schema.type];
  return types.map((type) => oneType(type, schema, root, depth)).join(" | ");
}

function oneType(type: unknown, schema: Json, root: unknown, depth: number): string {
  if (type === "array") {
    const size = range(schema.minItems, schema.maxItems);
    const items = schema.items === undefined ? "any" : typeText(schema.items, root, depth + 1);
    return `[${items}]${size && ` ${size}`}`;
  }
  if (type === "string") return ["string", ...stringMarks(schema)].join(" ");
  if (type === "integer" || type === "number") {
    return [
      type,
      numberRange(schema),
      schema.multipleOf === undefined ? "" : `× ${compact(schema.multipleOf)}`,
    ]
      .filter(Boolean)
      .join(" ");
  }
  if (type === undefined) return isObject(schema.properties) ? "object" : "any";
  return String(type);
}

function stringMarks(schema: Json): string[] {
  const list = textOf(schema["x-vocabulary"]);
  const size = range(schema.minLength, schema.maxLength);
  const pattern = textOf(schema.pattern);
  return [list && `→ ${list}`, textOf(schema.format), size, pattern && `/${pattern}/`].filter(
    (mark): mark is string => Boolean(mark),
  );
}

function numberRange(schema: Json): string {
  const above = numberOf(schema.exclusiveMinimum);
  const below = numberOf(schema.exclusiveMaximum);
  if (above !== undefined || below !== undefined) {
    return [above === undefined ? "" : `> ${above}`, below === undefined ? "" : `< ${below}`]
      .filter(Boolean)
      .join(" ");
  }
  return range(schema.minimum, schema.maximum);
}

function range(least: unknown, most: unknown): string {
  const low = numberOf(least);
  const high = numberOf(most);
  if (low !== undefined && high !== undefined) return low === high ? `${low}` : `${low}…${high}`;
  if (low !== undefined) return `≥ ${low}`;
  return high === undefined ? "" : `≤ ${high}`;
}

/** `given`, or what its local `$ref` points to. Anything that is no object is an empty schema. */
export function resolved(given: unknown, root: unknown): Json {
  let schema = asObject(given);
  for (let hops = 0; hops < DEEPEST; hops += 1) {
    const target = textOf(schema.$ref);
    if (target === undefined) return schema;
    if (!target.startsWith("#")) return {};
    let found: unknown = root;
    for (const step of target.slice(1).split("/").slice(1)) {
      found = asObject(found)[decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~")];
    }
    schema = asObject(found);
  }
  return {};
}
