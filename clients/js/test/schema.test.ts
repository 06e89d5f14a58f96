import { describe, expect, expectTypeOf, test } from "vitest";
import { z } from "zod";
import type { Commands, CommandTable, InferArgs, InferValue, StandardSchema } from "../src/schema.ts";
import { checked, defineCommands, toJSONSchema } from "../src/schema.ts";

/** Types a table as `createClient` does. */
function typed<const P, const S>(table: CommandTable<P, S>): CommandTable<P, S> {
  return table;
}

/** The args that the schema gives, by calling with it inline. */
function argsOf<const P>(_parameters: P): InferArgs<P> {
  return {} as InferArgs<P>;
}

describe("the type of args", () => {
  test("comes from the JSON Schema beside the run that takes them", () => {
    typed({
      jump: {
        parameters: {
          type: "object",
          properties: { times: { type: "integer", default: 1 }, style: { enum: ["high", "far"] } },
          required: ["style"],
        },
        run(args) {
          expectTypeOf(args).toEqualTypeOf<{ style: "high" | "far"; times?: number }>();
        },
      },
      look: { run: (args) => expectTypeOf(args).toEqualTypeOf<Record<string, never>>() },
      turn: {
        parameters: { type: "object", properties: { by: { type: ["number", "null"] } } },
        run: (args, ctx) => {
          expectTypeOf(args.by).toEqualTypeOf<number | null | undefined>();
          expectTypeOf(ctx.signal).toEqualTypeOf<AbortSignal>();
        },
      },
    });
  });

  test("comes from a Standard Schema, after its transforms and defaults", () => {
    typed({
      jump: {
        parameters: z.object({
          times: z.number().default(1),
          tag: z.string().transform((tag) => tag.length),
        }),
        run: (args) => expectTypeOf(args).toEqualTypeOf<{ times: number; tag: number }>(),
      },
    });
  });

  test("is partial where a parameter streams, and whole in ctx.complete", () => {
    typed({
      say: {
        parameters: { type: "object", properties: { text: { type: "string" } }, required: ["text"] },
        stream: ["text"],
        async run(args, ctx) {
          expectTypeOf(args).toEqualTypeOf<{ text?: string }>();
          expectTypeOf(await ctx.complete).toEqualTypeOf<{ text: string }>();
        },
      },
    });
  });

  test("knows nested objects, arrays, tuples and free keys", () => {
    const args = argsOf({
      type: "object",
      properties: {
        at: {
          type: "object",
          properties: { x: { type: "number" }, y: { type: "number" } },
          required: ["x", "y"],
        },
        names: { type: "array", items: { type: "string" } },
        pair: { type: "array", prefixItems: [{ type: "string" }, { type: "boolean" }] },
        any: { type: "array" },
        counts: { type: "object", additionalProperties: { type: "integer" } },
        free: { type: "object" },
        none: { type: "object", additionalProperties: false },
        whatever: true,
        never: false,
      },
      required: ["at", "names", "pair", "any", "counts", "free", "none", "whatever", "never"],
    });
    expectTypeOf(args).toEqualTypeOf<{
      at: { x: number; y: number };
      names: string[];
      pair: [string, boolean];
      any: unknown[];
      counts: Record<string, number>;
      free: Record<string, unknown>;
      none: Record<string, never>;
      whatever: unknown;
      never: never;
    }>();
  });

  test("knows const, unions, intersections and references", () => {
    const args = argsOf({
      type: "object",
      $defs: { place: { enum: ["door", "window"] }, both: { type: "string" } },
      properties: {
        one: { const: { deep: [1] } },
        either: { anyOf: [{ type: "string" }, { type: "null" }] },
        shape: {
          oneOf: [
            { type: "object", properties: { kind: { const: "a" } }, required: ["kind"] },
            { type: "object", properties: { kind: { const: "b" } }, required: ["kind"] },
          ],
        },
        all: { allOf: [{ type: "string" }, { enum: ["x", 1] }] },
        to: { $ref: "#/$defs/place" },
        lost: { $ref: "#" },
        untyped: { description: "anything" },
        odd: { type: "date" },
      },
      required: ["one", "either", "shape", "all", "to", "lost", "untyped", "odd"],
    });
    expectTypeOf(args.one).toEqualTypeOf<{ deep: [1] }>();
    expectTypeOf(args.either).toEqualTypeOf<string | null>();
    expectTypeOf(args.shape).toEqualTypeOf<{ kind: "a" } | { kind: "b" }>();
    expectTypeOf(args.all).toEqualTypeOf<"x">();
    expectTypeOf(args.to).toEqualTypeOf<"door" | "window">();
    expectTypeOf(args.lost).toEqualTypeOf<unknown>();
    expectTypeOf(args.untyped).toEqualTypeOf<unknown>();
    expectTypeOf(args.odd).toEqualTypeOf<unknown>();
  });

  test("is an object of unknown values where the schema is no literal", () => {
    const parameters: { [keyword: string]: unknown } = { type: "object" };
    typed({
      jump: { parameters, run: (args) => expectTypeOf(args).toEqualTypeOf<Record<string, unknown>>() },
    });
    expectTypeOf<InferValue<typeof parameters>>().toEqualTypeOf<unknown>();
  });

  test("a table that is made elsewhere keeps them, and is a table of commands", () => {
    const table = defineCommands({
      jump: {
        parameters: { type: "object", properties: { times: { type: "integer" } } },
        run: ({ times = 1 }) => times,
      },
    });
    expectTypeOf(table).toExtend<Commands>();
    expect(table.jump.run({ times: 3 }, undefined as never)).toBe(3);
  });

  test("a run that asks for other arguments is refused", () => {
    typed({
      jump: {
        parameters: { type: "object", properties: { times: { type: "integer" } }, required: ["times"] },
        // @ts-expect-error: times is a number
        run: (args: { times: string }) => args,
      },
    });
  });
});

describe("the JSON Schema that the server is told", () => {
  test("is the very one that was written", () => {
    const schema = { type: "object", properties: {} };
    expect(toJSONSchema(schema, "commands.jump.parameters")).toBe(schema);
  });

  test("is what zod gives for the input, without $schema", () => {
    const schema = z.object({ times: z.int().min(1).max(5).default(1), to: z.string().transform(String) });
    expect(toJSONSchema(schema, "commands.jump.parameters")).toEqual({
      type: "object",
      properties: { times: { type: "integer", minimum: 1, maximum: 5, default: 1 }, to: { type: "string" } },
      required: ["to"],
    });
  });

  test("is what zod gives for the output, of what is returned", () => {
    const schema = z.object({ hour: z.number().default(0) });
    expect(toJSONSchema(schema, "commands.clock.returns", "output")).toEqual({
      type: "object",
      properties: { hour: { type: "number", default: 0 } },
      required: ["hour"],
      additionalProperties: false,
    });
    expect(toJSONSchema(z.string(), "commands.clock.returns", "output")).toEqual({ type: "string" });
  });

  test("says at its root that arguments are an object", () => {
    const either = z.discriminatedUnion("kind", [
      z.object({ kind: z.literal("a") }),
      z.object({ kind: z.literal("b") }),
    ]);
    expect(toJSONSchema(either, "")).toMatchObject({ type: "object", oneOf: [{}, {}] });
    const named = z.object({ x: z.number() }).meta({ id: "Point" });
    expect(toJSONSchema(named, "")).toMatchObject({ type: "object", $ref: "#/$defs/Point" });
  });

  test("leaves out what the server's profile refuses and the library checks here", () => {
    const schema = z.object({
      pattern: z.string().regex(/^a(?=b)/),
      linear: z.string().regex(/^[a-z]+$/),
      at: z.ipv6(),
      half: z.array(z.number().multipleOf(0.5)),
      ten: z.number().multipleOf(10),
    });
    const { properties } = toJSONSchema(schema, "");
    expect(properties).toEqual({
      pattern: { type: "string" },
      linear: { type: "string", pattern: "^[a-z]+$" },
      at: { type: "string", format: "ipv6" },
      half: { type: "array", items: { type: "number" } },
      ten: { type: "number", multipleOf: 10 },
    });
  });

  test("keeps properties that are called as keywords are", () => {
    const properties = { pattern: z.string(), multipleOf: z.number().default(0.5) };
    expect(toJSONSchema(z.object(properties), "")).toEqual({
      type: "object",
      properties: { pattern: { type: "string" }, multipleOf: { type: "number", default: 0.5 } },
      required: ["pattern"],
    });
  });

  test("a schema that can give none is named by its place", () => {
    expect(() => toJSONSchema(z.object({ at: z.date() }), "commands.jump.parameters")).toThrow(
      new TypeError(
        "commands.jump.parameters: zod gives no JSON Schema (zod: from 4.2): Date cannot be represented in JSON Schema",
      ),
    );
    expect(() => toJSONSchema(standard(), "commands.jump.parameters")).toThrow(
      "commands.jump.parameters: homemade gives no JSON Schema (zod: from 4.2): ",
    );
  });
});

describe("values", () => {
  test("pass through where the schema is plain, for the server checks those", async () => {
    const args = { times: "many" };
    expect(await checked({ type: "object" }, args, "invalid_args")).toBe(args);
    expect(await checked(undefined, args, "invalid_result")).toBe(args);
  });

  test("become what a Standard Schema makes of them", async () => {
    const schema = z.object({ times: z.number().default(2), tag: z.string().transform((tag) => tag.length) });
    expect(await checked(schema, { tag: "abc" }, "invalid_args")).toEqual({ times: 2, tag: 3 });
    expect(await checked(z.string().trim(), " done ", "invalid_result")).toBe("done");
  });

  test("may be checked asynchronously", async () => {
    const known = z.string().refine(async (name) => name === "Ada", "nobody of that name");
    await expect(checked(z.object({ who: known }), { who: "Bob" }, "invalid_args")).rejects.toMatchObject({
      code: "invalid_args",
      message: "who: nobody of that name",
    });
  });

  test("are refused with every fault and its place", async () => {
    const schema = standard([{ message: "no" }, { message: "too big", path: ["at", { key: "x" }, 0] }]);
    await expect(checked(schema, {}, "invalid_result")).rejects.toMatchObject({
      code: "invalid_result",
      message: "no; at.x.0: too big",
    });
  });

  test("are left alone by a schema that only describes", async () => {
    const { validate, ...describes } = standard()["~standard"];
    expect(await checked({ "~standard": describes }, 1, "invalid_args")).toBe(1);
  });
});

type Issues = readonly { message: string; path?: (PropertyKey | { key: PropertyKey })[] }[];

/** A schema of a library that has never heard of JSON Schema. */
function standard(issues: Issues = []): StandardSchema {
  return { "~standard": { version: 1, vendor: "homemade", validate: () => ({ issues }) } };
}
