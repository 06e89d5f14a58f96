/** What a JSON Schema literal, or a Standard Schema, says about the type of a value. Types alone, no code. */

/** JSON Schema 2020-12, as far as a type can tell. The server's profile says what is taken: see PROTOCOL.md. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** A schema of another library that speaks Standard Schema 1 (https://standardschema.dev): zod 4, ArkType, … */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
    readonly validate?: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
    readonly jsonSchema?: {
      readonly input: (options: { readonly target: "draft-2020-12" }) => JsonSchema;
      readonly output: (options: { readonly target: "draft-2020-12" }) => JsonSchema;
    };
  };
}

export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] };

export interface StandardIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** `parameters` and `returns` of a command. */
export type Schema = JsonSchema | StandardSchema;

/** `parameters` of which nothing is known. */
export type Parameters = JsonSchema | StandardSchema<unknown, Record<string, unknown>>;

/**
 * The type of the `args` of a command with these `parameters`.
 *
 * Without parameters a command takes `{}`. Of a schema that is no literal (a variable of the type `JsonSchema`)
 * nothing is known but that its value is an object.
 */
export type InferArgs<P> = unknown extends P
  ? Record<string, never>
  : Parameters extends P
    ? Record<string, unknown>
    : string extends keyof P
      ? Record<string, unknown>
      : InferValue<P>;

/** The type of a value that fits the schema, after a Standard Schema's transforms. */
export type InferValue<S> = string extends keyof S
  ? unknown
  : "~standard" extends keyof S
    ? Output<S>
    : ValueOf<S, S>;

type Output<S> = S extends StandardSchema ? NonNullable<S["~standard"]["types"]>["output"] : never;

/**
 * Keyword by keyword, the one that says most first; `Root` is where a `$ref` points into.
 *
 * Keywords are asked for by `keyof`. TypeScript before 7 sees a literal in the midst of a call as fresh, and
 * finds `{ type: "object", properties: … } extends { type: unknown }` false, for a property too many.
 */
type ValueOf<S, Root> = S extends boolean
  ? S extends true
    ? unknown
    : never
  : "$ref" extends keyof S
    ? Definition<Get<S, "$ref">, Root>
    : "const" extends keyof S
      ? Writable<S["const"]>
      : "enum" extends keyof S
        ? Writable<Item<S["enum"]>>
        : "anyOf" extends keyof S
          ? OfType<S, Root> & ValueOf<Item<S["anyOf"]>, Root>
          : "oneOf" extends keyof S
            ? OfType<S, Root> & ValueOf<Item<S["oneOf"]>, Root>
            : "allOf" extends keyof S
              ? OfType<S, Root> & Every<S["allOf"], Root>
              : OfType<S, Root>;

type Definition<Ref, Root> = Ref extends `#/$defs/${infer Name}`
  ? ValueOf<Get<Get<Root, "$defs">, Name>, Root>
  : unknown;

type Every<Branches, Root> = Branches extends readonly [infer First, ...infer Rest]
  ? ValueOf<First, Root> & Every<Rest, Root>
  : unknown;

type OfType<S, Root> = "type" extends keyof S
  ? Named<S["type"] extends readonly (infer Name)[] ? Name : S["type"], S, Root>
  : unknown;

type Named<Name, S, Root> = Name extends keyof Plain
  ? Plain[Name]
  : Name extends "array"
    ? ArrayOf<S, Root>
    : Name extends "object"
      ? ObjectOf<S, Root>
      : unknown;

interface Plain {
  string: string;
  number: number;
  integer: number;
  boolean: boolean;
  null: null;
}

type ArrayOf<S, Root> = "prefixItems" extends keyof S
  ? Tuple<S["prefixItems"], Root>
  : "items" extends keyof S
    ? ValueOf<S["items"], Root>[]
    : unknown[];

type Tuple<Items, Root> = { -readonly [Index in keyof Items]: ValueOf<Items[Index], Root> };

type ObjectOf<S, Root> = "properties" extends keyof S
  ? Properties<S["properties"], Item<Get<S, "required">>, Root>
  : "additionalProperties" extends keyof S
    ? Record<string, ValueOf<S["additionalProperties"], Root>>
    : Record<string, unknown>;

type Properties<P, Required, Root> = Flat<
  { -readonly [Key in Extract<keyof P, Required>]: ValueOf<P[Key], Root> } & {
    -readonly [Key in Exclude<keyof P, Required>]?: ValueOf<P[Key], Root>;
  }
>;

type Flat<T> = { [Key in keyof T]: T[Key] };

type Get<S, Key> = Key extends keyof S ? S[Key] : never;

type Item<List> = List extends readonly (infer One)[] ? One : never;

type Writable<T> = T extends object ? { -readonly [Key in keyof T]: Writable<T[Key]> } : T;
