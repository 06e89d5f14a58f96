/** Small pieces that every view draws with. Text goes in as text, and what would hide in it is marked. */

import { h, s } from "../demo/dom.ts";
import { attempt } from "./token.ts";
import { pieces } from "./visible.ts";
import { say, sayAny } from "./words.ts";

const marked = new WeakMap<Element, string>();

/** `text` as nodes: hidden characters as marks that say what they are. */
export function shown(text: string, lines = false): (Node | string)[] {
  return pieces(text, lines).map((piece) =>
    piece.code ? h("span", { class: "hidden-mark", title: piece.code }, piece.text) : piece.text,
  );
}

/** Put `text` into `element`, where it is not there already. */
export function put(element: Element, text: string): void {
  if (marked.get(element) === text) return;
  marked.set(element, text);
  element.replaceChildren(...shown(text));
}

/** Set an attribute where it differs: what has not changed costs nothing to draw. */
export function mark(element: Element, name: string, value: string | undefined): void {
  if (value === undefined) element.removeAttribute(name);
  else if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

// In a box of 16 × 16. Shapes differ, so that no status is told by its colour alone.
const SHAPES: Record<string, string> = {
  completed: "M3 8.5 6.5 12 13 4.5",
  done: "M3 8.5 6.5 12 13 4.5",
  failed: "M4 4 12 12M12 4 4 12",
  refused: "M8 2.5 13.5 8 8 13.5 2.5 8ZM8 5.5V8.5M8 10.4V10.6",
  rejected: "M8 2.5 13.5 8 8 13.5 2.5 8ZM8 5.5V8.5M8 10.4V10.6",
  turned_away: "M8 2.5 13.5 8 8 13.5 2.5 8ZM8 5.5V8.5M8 10.4V10.6",
  declined: "M8 2.5 13.5 8 8 13.5 2.5 8ZM8 5.5V8.5M8 10.4V10.6",
  truncated: "M3 3V13M6.5 8H9M11 8H13",
  timeout: "M8 2.5A5.5 5.5 0 1 0 8 13.5 5.5 5.5 0 1 0 8 2.5ZM8 5V8L10 9.6",
  expired: "M8 2.5A5.5 5.5 0 1 0 8 13.5 5.5 5.5 0 1 0 8 2.5ZM8 5V8L10 9.6",
  said: "M5.5 3.5 10.5 8 5.5 12.5",
  queued: "M3.5 8H3.6M8 8H8.1M12.5 8H12.6",
  planning: "M8 2.5A5.5 5.5 0 0 1 13.5 8",
  writing: "M8 2.5A5.5 5.5 0 0 1 13.5 8",
  open: "M5 3.5 12 8 5 12.5Z",
  lost: "M5.5 6A2.5 2.5 0 1 1 8 8.5V10M8 12.6V12.7",
  in_doubt: "M5.5 6A2.5 2.5 0 1 1 8 8.5V10M8 12.6V12.7",
  attached: "M8 4A4 4 0 1 0 8 12 4 4 0 1 0 8 4Z",
  detached: "M8 4A4 4 0 1 0 8 12 4 4 0 1 0 8 4Z",
};
const STOPPED = "M8 2.5A5.5 5.5 0 1 0 8 13.5 5.5 5.5 0 1 0 8 2.5ZM4.3 4.3 11.7 11.7";

/** A status as a shape in its colour; `label` where no words stand beside it. */
export function statusIcon(status: string, label?: string): SVGSVGElement {
  const shape = s("path", { d: SHAPES[status] ?? STOPPED });
  const told = label === undefined ? { "aria-hidden": "true" } : { role: "img", "aria-label": label };
  return s("svg", { class: "status-icon", viewBox: "0 0 16 16", "data-status": status, ...told }, shape);
}

export const statusWord = (status: string): string => sayAny("status", status);

export const PATHS = {
  back: "M12.5 4.5 7 10l5.5 5.5",
  close: "M5 5 15 15M15 5 5 15",
  copy: "M7 7V4h9v9h-3M4 7h9v9H4Z",
  pause: "M7 5V15M13 5V15",
  play: "M6 4.5 15 10 6 15.5Z",
  trash: "M4 6H16M8 6V4H12V6M6 6 7 16H13L14 6",
  save: "M10 3.5V12.5M6 9 10 13 14 9M4 16.5H16",
  open: "M3.5 15.5V5H8L10 7H16.5V15.5Z",
  record: "M10 5.5A4.5 4.5 0 1 0 10 14.5 4.5 4.5 0 1 0 10 5.5Z",
  stop: "M6 6H14V14H6Z",
  send: "M4 10H16M11 5 16 10 11 15",
  theme: "M10 3.5A6.5 6.5 0 1 0 16.5 10 5 5 0 0 1 10 3.5Z",
  key: "M12.5 3.5A4 4 0 1 0 12.5 11.5 4 4 0 1 0 12.5 3.5ZM9.6 10.4 4 16M6 14 8 16",
  chevron: "M7 5 12 10 7 15",
  more: "M5 7.5 10 12.5 15 7.5",
} as const;

/** A button with an icon, and words where `word` is given (else `label` alone tells). */
export function iconButton(
  path: string,
  label: string,
  onclick: () => void,
  word?: string,
): HTMLButtonElement {
  const drawn = s("svg", { class: "i", viewBox: "0 0 20 20", "aria-hidden": "true" }, s("path", { d: path }));
  const told = word === undefined ? { "aria-label": label, title: label } : { title: label };
  return h(
    "button",
    { type: "button", class: word === undefined ? "icon" : "", ...told, click: onclick },
    drawn,
    word,
  );
}

/** Copy `text`; the button says for a moment whether it went. */
export async function copy(text: string, button: Element): Promise<void> {
  const copied = await (
    attempt(() => navigator.clipboard.writeText(text)) ?? Promise.reject(new Error())
  ).then(
    () => true,
    () => false,
  );
  announce(say(copied ? "copied" : "copy.failed"));
  button.classList.add(copied ? "went" : "failed");
  setTimeout(() => button.classList.remove("went", "failed"), 1200);
}

/** Tell it to who listens to the page instead of looking at it. */
export function announce(text: string): void {
  document.getElementById("live")?.replaceChildren(text);
}

/** A file for the person to keep. */
export function save(name: string, text: string, kind: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: kind }));
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Call `draw` once before the next picture, however often it is asked for. */
export function painter(draw: () => void): () => void {
  let due = false;
  return () => {
    if (due) return;
    due = true;
    requestAnimationFrame(() => {
      due = false;
      draw();
    });
  };
}
