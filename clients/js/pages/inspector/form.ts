/** A form out of the JSON Schema of a command's parameters, and arguments out of what was filled in. */

import { asList, asObject, compact, type Fault, isObject, type Json, numberOf, textOf } from "./json.ts";
import { resolved, typeText } from "./schema.ts";

export interface Field {
  /** JSON Pointer into the arguments. */
  pointer: string;
  name: string;
  kind: "text" | "number" | "yesno" | "choice" | "json" | "group";
  required: boolean;
  about: string;
  type: string;
  least: number | undefined;
  most: number | undefined;
  whole: boolean;
  /** The values of a choice. */
  options: unknown[];
  preset: string;
  fields: Field[];
}

/** What was filled in, by pointer. A group is filled in by its fields. */
export type Values = ReadonlyMap<string, string>;

const DEEPEST = 3;

export function fields(schema: unknown, root: unknown = schema, at = "", depth = 0): Field[] {
  const object = resolved(schema, root);
  const required = new Set(asList(object.required));
  return Object.entries(asObject(object.properties)).map(([name, given]) =>
    field(
      name,
      given,
      root,
      `${at}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`,
      required.has(name),
      depth,
    ),
  );
}

function field(
  name: string,
  given: unknown,
  root: unknown,
  pointer: string,
  required: boolean,
  depth: number,
): Field {
  const schema = resolved(given, root);
  const kind = kindOf(schema, depth);
  const preset = schema.default;
  return {
    pointer,
    name,
    kind,
    required,
    about: textOf(asObject(given).description) ?? textOf(schema.description) ?? "",
    type: typeText(given, root),
    least: numberOf(schema.minimum),
    most: numberOf(schema.maximum),
    whole: schema.type === "integer",
    options: asList(schema.enum),
    preset: preset === undefined ? "" : kind === "text" ? String(preset) : compact(preset),
    fields: kind === "group" ? fields(schema, root, pointer, depth + 1) : [],
  };
}

function kindOf(schema: Json, depth: number): Field["kind"] {
  if (Array.isArray(schema.enum)) return "choice";
  if (schema.type === "string") return "text";
  if (schema.type === "integer" || schema.type === "number") return "number";
  if (schema.type === "boolean") return "yesno";
  const named = isObject(schema.properties) && Object.keys(schema.properties).length > 0;
  return schema.type === "object" && named && depth < DEEPEST ? "group" : "json";
}

/** The arguments, and what is no value at all. Only the shape is judged here: the server judges the rest. */
export function collect(form: Field[], values: Values): { args: Json; faults: Fault[] } {
  const faults: Fault[] = [];
  return { args: gather(form, values, faults), faults };
}

function gather(form: Field[], values: Values, faults: Fault[]): Json {
  const found: Json = {};
  for (const one of form) {
    if (one.kind === "group") {
      const inner = gather(one.fields, values, faults);
      if (one.required || Object.keys(inner).length > 0) found[one.name] = inner;
      continue;
    }
    const given = values.get(one.pointer) ?? "";
    if (given === "") continue;
    const value = read(one, given);
    if (value === undefined) faults.push({ path: one.pointer, code: "unreadable", message: one.type });
    else found[one.name] = value;
  }
  return found;
}

function read(one: Field, given: string): unknown {
  if (one.kind === "text") return given;
  try {
    const value: unknown = JSON.parse(given);
    return one.kind === "number" && typeof value !== "number" ? undefined : value;
  } catch {
    return undefined;
  }
}

/** The values that a form has to hold to say `args`, where the form can say it. */
export function spread(form: Field[], args: unknown): Map<string, string> {
  const found = new Map<string, string>();
  for (const one of form) {
    const value = asObject(args)[one.name];
    if (value === undefined) continue;
    if (one.kind === "group")
      for (const [pointer, text] of spread(one.fields, value)) found.set(pointer, text);
    else found.set(one.pointer, one.kind === "text" && typeof value === "string" ? value : compact(value));
  }
  return found;
}

/** Which field each fault belongs to: the one that it names, or the nearest around it; "" for none. */
export function placed(form: Field[], faults: Fault[]): Map<string, Fault[]> {
  const known = new Set(flat(form).map((one) => one.pointer));
  const found = new Map<string, Fault[]>();
  for (const fault of faults) {
    let at = fault.path.replace(/^\/args(?=\/|$)/, "");
    while (at !== "" && !known.has(at)) at = at.slice(0, at.lastIndexOf("/"));
    found.set(at, [...(found.get(at) ?? []), fault]);
  }
  return found;
}

export const flat = (form: Field[]): Field[] => form.flatMap((one) => [one, ...flat(one.fields)]);
