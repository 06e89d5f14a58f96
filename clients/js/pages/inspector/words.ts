/** The inspector's words in both languages. */

import { choice } from "../demo/preferences.ts";
import { WORDS } from "./words-table.ts";

export type Word = keyof typeof WORDS;
export type Language = "en" | "zh";

const wished = choice.of("language") ?? navigator.language.toLowerCase();
let current: Language = wished.startsWith("zh") ? "zh" : "en";

export const language = (): Language => current;

/** Put the page into a language; who draws has to draw anew. */
export function speak(chosen: Language): void {
  current = chosen;
  choice.keep("language", chosen);
  document.documentElement.lang = chosen === "zh" ? "zh-CN" : "en";
}

/** The words for `key`, with `{0}`, `{1}` … filled in. */
export function say(key: Word, ...values: (string | number)[]): string {
  const text: string = WORDS[key][current === "zh" ? 1 : 0];
  return values.reduce<string>((said, value, n) => said.replaceAll(`{${n}}`, () => String(value)), text);
}

/** The words for a key that may not be there (a status that a newer server made): the key itself, then. */
export const sayAny = (prefix: string, key: string): string =>
  Object.hasOwn(WORDS, `${prefix}.${key}`) ? say(`${prefix}.${key}` as Word) : key;
