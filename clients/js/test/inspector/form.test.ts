import { describe, expect, it } from "vitest";
import { collect, fields, placed, spread } from "../../pages/inspector/form.ts";
import { rows, typeText } from "../../pages/inspector/schema.ts";

const SCHEMA = {
  type: "object",
  required: ["times", "at"],
  properties: {
    times: { type: "integer", minimum: 1, maximum: 5, default: 2, description: "How often" },
    text: { type: "string", maxLength: 20 },
    loud: { type: "boolean" },
    mood: { enum: ["happy", 3, null] },
    at: { $ref: "#/$defs/point" },
    "a/b": { type: "array", items: { type: "string" } },
  },
  $defs: {
    point: { type: "object", properties: { x: { type: "number" }, y: { type: "number" } }, required: ["x"] },
  },
};

describe("a form", () => {
  const form = fields(SCHEMA);

  it("has a field for each parameter, of the kind that fits", () => {
    expect(form.map((field) => [field.pointer, field.kind, field.required])).toEqual([
      ["/times", "number", true],
      ["/text", "text", false],
      ["/loud", "yesno", false],
      ["/mood", "choice", false],
      ["/at", "group", true],
      ["/a~1b", "json", false],
    ]);
    expect(form[4]?.fields.map((field) => field.pointer)).toEqual(["/at/x", "/at/y"]);
    expect(form[0]).toMatchObject({
      least: 1,
      most: 5,
      whole: true,
      preset: "2",
      about: "How often",
      type: "integer 1…5",
    });
  });

  it("gives the arguments that were filled in, and no others", () => {
    const values = new Map([
      ["/times", "9"],
      ["/loud", "false"],
      ["/mood", "3"],
      ["/at/x", "1.5"],
      ["/a~1b", '["q"]'],
      ["/text", ""],
    ]);
    expect(collect(form, values)).toEqual({
      args: { times: 9, loud: false, mood: 3, at: { x: 1.5 }, "a/b": ["q"] },
      faults: [],
    });
  });

  it("tells what cannot be read", () => {
    const { faults } = collect(
      form,
      new Map([
        ["/times", "many"],
        ["/a~1b", "[1"],
        ["/text", "[1"],
      ]),
    );
    expect(faults.map((fault) => fault.path)).toEqual(["/times", "/a~1b"]);
  });

  it("takes arguments back in", () => {
    const args = { times: 2, text: "hi", at: { x: 1, y: 2 }, mood: "happy" };
    expect(collect(form, spread(form, args)).args).toEqual(args);
  });

  it("puts each fault at its field, or at the nearest one around it", () => {
    const fault = (path: string) => ({ path, code: "c", message: path });
    const found = placed(form, [
      fault("/args/times"),
      fault("/at/x"),
      fault("/a~1b/0"),
      fault("/args"),
      fault("/who"),
    ]);
    expect([...found].map(([pointer, faults]) => [pointer, faults.length])).toEqual([
      ["/times", 1],
      ["/at/x", 1],
      ["/a~1b", 1],
      ["", 2],
    ]);
  });

  it.each([undefined, true, { type: "object" }, { properties: 4 }, { $ref: "#/$defs/none" }])(
    "of %j has no field",
    (schema) => {
      expect(fields(schema)).toEqual([]);
    },
  );
});

describe("a type", () => {
  it.each([
    [{ type: "integer", minimum: 1 }, "integer ≥ 1"],
    [{ type: "number", exclusiveMinimum: 0, exclusiveMaximum: 1 }, "number > 0 < 1"],
    [{ type: "number", multipleOf: 0.5 }, "number × 0.5"],
    [{ type: "string", "x-vocabulary": "places" }, "string → places"],
    [{ type: "string", minLength: 2, maxLength: 2, pattern: "^a" }, "string 2 /^a/"],
    [{ type: "array", items: { type: "string" }, maxItems: 3 }, "[string] ≤ 3"],
    [{ type: ["string", "null"] }, "string | null"],
    [{ anyOf: [{ const: 1 }, { type: "boolean" }] }, "1 | boolean"],
    [{ enum: ["a", 1] }, '"a" | 1'],
    [{ properties: {} }, "object"],
    [{ $ref: "https://elsewhere" }, "any"],
    [{}, "any"],
    [true, "any"],
    [false, "never"],
  ])("%j reads %s", (schema, text) => {
    expect(typeText(schema)).toBe(text);
  });

  it("that contains itself ends", () => {
    const schema = { type: "array", items: { $ref: "#" } };
    expect(typeText(schema)).toContain("…");
    const tree = { type: "object", properties: { child: { $ref: "#" } } };
    expect(JSON.stringify(rows(tree)).length).toBeLessThan(2000);
    expect(fields(tree)).toHaveLength(1);
  });

  it("of a property stands in a row with what belongs to it", () => {
    expect(rows(SCHEMA)[4]).toMatchObject({
      name: "at",
      type: "object",
      required: true,
      rows: [{ name: "x", type: "number", required: true }, { name: "y" }],
    });
    expect(rows(SCHEMA)[0]).toMatchObject({ preset: "2", about: "How often" });
  });
});
