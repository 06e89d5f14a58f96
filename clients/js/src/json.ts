/** Frames as text: fit for a server, and trusting nothing that a server sends. */

/** A frame of any type; one that came from a server has been parsed, and no more. */
export type AnyFrame = { type: string; [field: string]: unknown };

interface WellFormed {
  toWellFormed?(): string;
}

/** The text of a frame; half a character, which no server takes, becomes U+FFFD. Throws for what JSON cannot hold. */
export const encode = (frame: object): string =>
  JSON.stringify(frame, (_key, value: WellFormed | null) => value?.toWellFormed?.() ?? value);

/** In JSON, a value a line: a container at the 33rd level, or an integer of more digits than 2^53 has. */
const UNFIT = /^ {32}.*[[{\]}],?$| -?\d{17,},?$/m;

/** The frame as it will arrive. Throws for what no server takes: it would be lost without an answer. */
export function fitted(frame: object): AnyFrame {
  const made = JSON.parse(encode(frame));
  if (UNFIT.test(JSON.stringify(made, null, 1))) throw new TypeError("too deep, or too large an integer");
  return made;
}

/** A frame that came. Throws where it is none. */
export function decode(data: unknown): AnyFrame {
  const frame = JSON.parse(data as string);
  frame.type.trim(); // which only a text has
  return frame;
}

/** A copy without its secrets, for the eyes of others. */
export const redacted = <F>(frame: F): F =>
  JSON.parse(JSON.stringify(frame, (key, value) => (key === "token" && value ? "…" : value)));
