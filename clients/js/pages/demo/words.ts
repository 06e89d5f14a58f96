/** The page's words in both languages. */
import { choice } from "./preferences.ts";
import { WORDS } from "./words-table.ts";

export type Language = "en" | "zh";
export type Word = keyof typeof WORDS;

const wished = choice.of("language") ?? navigator.language.toLowerCase();
let current: Language = wished.startsWith("zh") ? "zh" : "en";

/** The language of the interface. */
export const language = (): Language => current;

/** BCP 47, for attributes and for speech. */
export const locale = (): string => (current === "zh" ? "zh-CN" : "en");

const index = (): 0 | 1 => (current === "zh" ? 1 : 0);

/** The words for `key`, with `{0}`, `{1}` … filled in. */
export function say(key: Word, ...values: (string | number)[]): string {
  return values.reduce<string>(
    (text, value, n) => text.replaceAll(`{${n}}`, () => String(value)),
    WORDS[key][index()],
  );
}

/** The words for a key that may not be there: a code that a newer server made, for one. */
export function sayIfKnown(key: string, ...values: (string | number)[]): string | undefined {
  return Object.hasOwn(WORDS, key) ? say(key as Word, ...values) : undefined;
}

const watchers = new Set<() => void>();

/** Hear of each change of language; called at once, too. */
export function spoken(watcher: () => void): void {
  watchers.add(watcher);
  watcher();
}

/** Put the page into a language. */
export function speak(chosen: Language): void {
  current = chosen;
  choice.keep("language", chosen);
  translate();
  for (const watcher of watchers) watcher();
}

const PLACES = [
  ["data-t", (node: Element, text: string) => node.replaceChildren(text)],
  ["data-t-label", (node: Element, text: string) => node.setAttribute("aria-label", text)],
  ["data-t-title", (node: Element, text: string) => node.setAttribute("title", text)],
  ["data-t-placeholder", (node: Element, text: string) => node.setAttribute("placeholder", text)],
] as const;

/** Fill in every `data-t…` below `root`. */
export function translate(root: ParentNode = document): void {
  document.documentElement.lang = locale();
  for (const [attribute, put] of PLACES) {
    for (const node of root.querySelectorAll(`[${attribute}]`)) {
      put(node, sayIfKnown(node.getAttribute(attribute) ?? "") ?? "");
    }
  }
}

/** Of a text in English and then in Chinese, the part in the language of the interface. */
export function ours(text: string): string {
  const [, english, chinese] = /^([^\u3400-\u9fff]+[.!?])\s+([\u3400-\u9fff].*)$/s.exec(text) ?? [];
  return (current === "zh" ? chinese : english) ?? text;
}

/** The language that a text is written in, for screen readers and voices. */
export const languageOf = (text: string): string => (/[\u3400-\u9fff]/.test(text) ? "zh-CN" : "en");
