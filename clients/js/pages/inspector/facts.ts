/** A line of facts under a name: what they are called, and what they are. */

import { h } from "../demo/dom.ts";
import { mark, put } from "./show.ts";
import { say } from "./words.ts";

/** `title` is the whole of what is cut short, `mono` sets it as code. */
export interface Fact {
  label: string;
  value: string;
  mono?: boolean;
  title?: string;
}

export function factsBar(): { element: HTMLElement; fill(facts: Fact[]): void } {
  const list = h("dl", { class: "facts head-facts" });
  // Where there is little room the facts scroll, so that the keyboard has to get there.
  const element = h(
    "div",
    { class: "facts-scroll", tabindex: 0, role: "group", "aria-label": say("facts") },
    list,
  );
  return {
    element,
    fill: (facts) => {
      const told = facts.filter((fact) => fact.value !== "");
      while (list.children.length > told.length) list.lastElementChild?.remove();
      for (const [index, fact] of told.entries()) {
        const pair = list.children[index] ?? list.appendChild(h("div", {}, h("dt", {}), h("dd", {})));
        fillPair(pair, fact);
      }
    },
  };
}

function fillPair(pair: Element, { label, value, mono, title }: Fact): void {
  const [term, text] = pair.children;
  if (!term || !text) return;
  put(term, label);
  put(text, value);
  text.className = mono ? "mono" : "";
  mark(text, "title", title);
}
