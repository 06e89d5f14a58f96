/** Characters that people cannot see, or that turn text around, made visible: nothing hides from who inspects. */

export interface Piece {
  text: string;
  /** Set where `text` stands for a character that would not be seen, for example `U+202E`. */
  code?: string;
}

const NAMES: Record<number, string> = {
  0: "NUL",
  7: "BEL",
  8: "BS",
  9: "TAB",
  10: "LF",
  13: "CR",
  27: "ESC",
  127: "DEL",
  173: "SHY",
  1564: "ALM",
  8203: "ZWSP",
  8204: "ZWNJ",
  8205: "ZWJ",
  8206: "LRM",
  8207: "RLM",
  8232: "LS",
  8233: "PS",
  8234: "LRE",
  8235: "RLE",
  8236: "PDF",
  8237: "LRO",
  8238: "RLO",
  8288: "WJ",
  8294: "LRI",
  8295: "RLI",
  8296: "FSI",
  8297: "PDI",
  65279: "BOM",
};

// Controls, format and separator characters, private tags, lone surrogates, what is not assigned to be seen.
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\u115f\u1160\u3164\uffa0]/u;
const JOINED = /(?:\p{Extended_Pictographic}[\ufe0f\p{Emoji_Modifier}]*\u200d)+\p{Extended_Pictographic}/gu;
const FLAG = /\u{1f3f4}[\u{e0061}-\u{e007a}]{2,6}\u{e007f}/gu;

/** `text` in pieces. An emoji's own joiners stay; in `lines`, so do line feeds and tabs. */
export function pieces(text: string, lines = false): Piece[] {
  if (!HIDDEN.test(text)) return text === "" ? [] : [{ text }];
  const kept = new Set<number>();
  for (const pattern of [JOINED, FLAG]) {
    for (const match of text.matchAll(pattern)) {
      for (let at = match.index; at < match.index + match[0].length; at += 1) kept.add(at);
    }
  }
  const found: Piece[] = [];
  let plain = "";
  let at = 0;
  for (const character of text) {
    const stays = kept.has(at) || (lines && (character === "\n" || character === "\t"));
    if (stays || !HIDDEN.test(character)) plain += character;
    else {
      if (plain) found.push({ text: plain });
      plain = "";
      found.push(marked(character));
    }
    at += character.length;
  }
  if (plain) found.push({ text: plain });
  return found;
}

/** The same as one text, for what takes no elements (a title, a label). */
export const escaped = (text: string): string =>
  pieces(text)
    .map((piece) => (piece.code ? `⟨${piece.text}⟩` : piece.text))
    .join("");

function marked(character: string): Piece {
  const point = character.codePointAt(0) ?? 0;
  const code = `U+${point.toString(16).toUpperCase().padStart(4, "0")}`;
  const tag =
    point >= 0xe0020 && point <= 0xe007e ? `tag ${String.fromCharCode(point - 0xe0000)}` : undefined;
  return { text: NAMES[point] ?? tag ?? code, code };
}
