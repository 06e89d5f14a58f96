/** JSON as a person writes it: where it breaks off, and where in the text each of its parts is. */
import type { Word } from "./words.ts";

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** What is wrong with the text, and where. */
export interface Slip extends Span {
  readonly word: Extract<Word, `json.${string}`>;
}

export type Reading =
  | { readonly value: unknown; readonly places: ReadonlyMap<string, Span>; readonly slip?: undefined }
  | { readonly slip: Slip };

const SPACE = /[ \t\n\r]*/y;
const STRING = /"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const NAME = /true|false|null/y;

class Slipped extends Error {
  constructor(readonly slip: Slip) {
    super(slip.word);
  }
}

/** Read a text as JSON (RFC 8259); a key that stands twice is a slip, too. */
export function read(text: string): Reading {
  const reader = new Reader(text);
  try {
    reader.whole();
  } catch (error) {
    if (error instanceof Slipped) return { slip: error.slip };
    throw error;
  }
  return { value: JSON.parse(text), places: reader.places };
}

class Reader {
  /** By JSON Pointer, where the value is; where a member is, its key counts in. */
  readonly places = new Map<string, Span>();
  #at = 0;

  constructor(private readonly text: string) {}

  whole(): void {
    this.#value("", this.#space());
    this.#space();
    if (this.#at < this.text.length) this.#slip("json.end", this.#at, this.text.length);
  }

  /** @param from where the member begins */
  #value(pointer: string, from: number): void {
    const sign = this.text[this.#at];
    if (sign === "{") this.#object(pointer);
    else if (sign === "[") this.#array(pointer);
    else if (sign === '"') this.#string();
    else if (this.#match(NUMBER) === undefined && this.#match(NAME) === undefined) this.#slip("json.value");
    this.places.set(pointer, { from, to: this.#at });
  }

  #object(pointer: string): void {
    this.#at++;
    const keys = new Set<string>();
    this.#space();
    if (this.#take("}")) return;
    do {
      const from = this.#space();
      if (this.text[from] !== '"') this.#slip("json.key");
      const key: string = JSON.parse(this.#string());
      if (keys.has(key)) this.#slip("json.duplicate", from, this.#at);
      keys.add(key);
      this.#space();
      if (!this.#take(":")) this.#slip("json.colon");
      this.#space();
      this.#value(`${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`, from);
      this.#space();
    } while (this.#take(","));
    if (!this.#take("}")) this.#slip("json.comma.object");
  }

  #array(pointer: string): void {
    this.#at++;
    this.#space();
    if (this.#take("]")) return;
    let index = 0;
    do {
      this.#value(`${pointer}/${index++}`, this.#space());
      this.#space();
    } while (this.#take(","));
    if (!this.#take("]")) this.#slip("json.comma.array");
  }

  #string(): string {
    const from = this.#at;
    const found = this.#match(STRING);
    if (found !== undefined) return found;
    const line = this.text.indexOf("\n", from);
    const rest = this.text.slice(from + 1, line < 0 ? undefined : line);
    this.#slip(/[^\\]"/.test(rest) ? "json.escape" : "json.string", from, line < 0 ? this.text.length : line);
  }

  #match(what: RegExp): string | undefined {
    what.lastIndex = this.#at;
    const found = what.exec(this.text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #space(): number {
    this.#match(SPACE);
    return this.#at;
  }

  #take(sign: string): boolean {
    if (this.text[this.#at] !== sign) return false;
    this.#at++;
    return true;
  }

  #slip(word: Slip["word"], from = this.#at, to = from + 1): never {
    throw new Slipped({ word, from, to });
  }
}

/** Where a pointer means; of what is missing, that in which it is missing. */
export function placeOf(places: ReadonlyMap<string, Span>, pointer: string): Span {
  for (let path = pointer; path; path = path.slice(0, path.lastIndexOf("/"))) {
    const found = places.get(path);
    if (found) return found;
  }
  return places.get("") ?? { from: 0, to: 0 };
}

/** Line and column, both from 1. */
export function lineAndColumn(text: string, at: number): readonly [line: number, column: number] {
  const before = text.slice(0, at).split("\n");
  return [before.length, (before.at(-1)?.length ?? 0) + 1];
}
