import { expect, test } from "vitest";
import { lineAndColumn, placeOf, read } from "../../pages/demo/json-text.ts";

const SLIPS: [text: string, word: string, at: number][] = [
  ["", "json.value", 0],
  ["{", "json.key", 1],
  ['{"a" 1}', "json.colon", 5],
  ['{"a": }', "json.value", 6],
  ['{"a": 1 "b": 2}', "json.comma.object", 8],
  ['{"a": 1,}', "json.key", 8],
  ["[1 2]", "json.comma.array", 3],
  ["[1,]", "json.value", 3],
  ['"no end', "json.string", 0],
  ['"a\nb"', "json.string", 0],
  ['"\\x"', "json.escape", 0],
  ["1 2", "json.end", 2],
  ["01", "json.end", 1],
  ["nul", "json.value", 0],
  ['{"a": 1, "a": 2}', "json.duplicate", 9],
];

test.each(SLIPS)("%j is no JSON: %s at %i", (text, word, at) => {
  const { slip } = read(text);
  expect(slip).toMatchObject({ word, from: at });
});

test("what can be read is what JSON.parse makes of it", () => {
  const text = ' {"a": [1, -2.5e3, {"b": "\\u4f60\\n"}], "c": {}, "d": null, "e/f~": true, "": []} ';
  expect(read(text)).toMatchObject({ value: JSON.parse(text) });
});

test("each part has its place, named by a JSON Pointer", () => {
  const text = '{"a": {"b/c": [10, 20]}}';
  const reading = read(text);
  if (reading.slip) throw new Error("it is JSON");
  const at = (pointer: string) => {
    const { from, to } = placeOf(reading.places, pointer);
    return text.slice(from, to);
  };
  expect(at("")).toBe(text);
  expect(at("/a")).toBe('"a": {"b/c": [10, 20]}');
  expect(at("/a/b~1c/1")).toBe("20");
  expect(at("/a/missing/too")).toBe('"a": {"b/c": [10, 20]}');
  expect(at("/missing")).toBe(text);
});

test("lines and columns count from 1", () => {
  expect(lineAndColumn("ab\ncd", 0)).toEqual([1, 1]);
  expect(lineAndColumn("ab\ncd", 4)).toEqual([2, 2]);
});
