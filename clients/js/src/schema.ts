/** What a command is on this side, and the schemas that its values pass here. */

import { CapserverError } from "./errors.ts";
import type { InferArgs, JsonSchema, Parameters, Schema, StandardIssue, StandardSchema } from "./infer.ts";

export type { InferArgs, InferValue, JsonSchema, Schema, StandardSchema } from "./infer.ts";

/** What `run` is told beside its arguments. */
export interface CommandContext<Args = Record<string, unknown>> {
  readonly id: string;
  /** The turn's id; null where somebody called the command directly. */
  readonly turn: string | null;
  readonly name: string;
  /** Aborted once the command is withdrawn. */
  readonly signal: AbortSignal;
  /** The arguments as they stand in the `command` frame: of a streamed command, once it is whole. */
  readonly complete: Promise<Args>;
  /** By `stream` parameter: what the model writes, as it writes it. */
  readonly stream: { readonly [param: string]: AsyncIterable<string> };
  /** It has begun, and how far it is (0 to 1); starts the command's timeout anew. */
  progress(fraction?: number, note?: string): void;
}

/**
 * One command: its definition, as PROTOCOL.md has it, and what performs it.
 *
 * `run` gives a value, or a promise of one; what it throws becomes a failed `result`. With `stream`, it begins
 * while the model still writes: `args` then holds what is known, and `ctx.complete` has all of them.
 */
export interface CommandSpec<P = Parameters, Stream = unknown> {
  readonly description?: string;
  readonly parameters?: P;
  readonly returns?: Schema;
  readonly examples?: readonly string[];
  readonly lane?: string;
  readonly stream?: Stream & readonly string[];
  readonly timeout?: number;
  readonly ttl?: number;
  readonly confirm?: boolean;
  run(args: KnownArgs<P, Stream>, ctx: CommandContext<InferArgs<P>>): unknown;
}

type KnownArgs<P, Stream> = Stream extends readonly [string, ...string[]]
  ? Partial<InferArgs<P>>
  : InferArgs<P>;

/** A table of commands by name, of which only the names are known. */
export type Commands = { readonly [name: string]: CommandSpec };

/** A table of commands written inline: gives each `run` the type of its own arguments. */
export type CommandTable<P, S> = {
  readonly [K in keyof P]: CommandSpec<P[K], K extends keyof S ? S[K] : unknown>;
} & { readonly [K in keyof S]: { readonly stream?: S[K] } };

/** The same table, with the arguments of each `run` typed: for a table that is not written in the call itself. */
export function defineCommands<const P, const S>(
  commands: CommandTable<P, S>,
): CommandTable<P, S> & Commands {
  return commands as CommandTable<P, S> & Commands;
}

/**
 * The JSON Schema that the server is told: `input` of parameters, `output` of what is returned.
 *
 * Throws a `TypeError` that begins with `where`, for a Standard Schema that cannot give one. Of what a library
 * wrote, that is left out which the server's profile refuses and the library checks here all the same.
 */
export function toJSONSchema(schema: Schema, where: string, side: "input" | "output" = "input"): JsonSchema {
  if (!isStandard(schema)) return schema;
  const { vendor, jsonSchema } = schema["~standard"];
  try {
    const written = tamed((jsonSchema as NonNullable<typeof jsonSchema>)[side]({ target: "draft-2020-12" }));
    return side === "input" ? { type: "object", ...written } : written;
  } catch (cause) {
    throw new TypeError(
      `${where}: ${vendor} gives no JSON Schema (zod: from 4.2): ${(cause as Error).message}`,
    );
  }
}

/** A value as a Standard Schema makes it; what that refuses is thrown with the code. JSON Schema the server checks. */
export async function checked(schema: Schema | undefined, value: unknown, code: string): Promise<unknown> {
  const result = (await (schema as Partial<StandardSchema> | undefined)?.["~standard"]?.validate?.(
    value,
  )) ?? { value };
  if (!result.issues) return result.value;
  throw new CapserverError(code, result.issues.map(told).join("; "));
}

function told({ path = [], message }: StandardIssue): string {
  const way = path.map((step) => (step as { key?: unknown }).key ?? step).join(".");
  return way ? `${way}: ${message}` : message;
}

function isStandard(schema: Schema): schema is StandardSchema {
  return "~standard" in schema;
}

const NOT_LINEAR = /\(\?<?[=!]|\\[1-9k]/;

/** A copy without what the profile refuses; `$schema` is known. */
function tamed(schema: JsonSchema): JsonSchema {
  return JSON.parse(JSON.stringify(schema, (key, value) => (refused(key, value) ? undefined : value)));
}

function refused(key: string, value: unknown): boolean {
  if (typeof value === "number") return key === "multipleOf" && value % 1 !== 0;
  if (typeof value !== "string") return false;
  return key === "$schema" || (key === "pattern" && (value.length > 256 || NOT_LINEAR.test(value)));
}
