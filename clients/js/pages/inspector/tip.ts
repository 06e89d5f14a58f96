/** The one small panel that says more of what is pointed at or has the focus. */

import { h } from "../demo/dom.ts";
import { shown } from "./show.ts";

const tip = h("div", { class: "tip", role: "tooltip", id: "tip", hidden: true });
let owner: Element | undefined;

/** Show facts beside `target`; the first one is the title. */
export function showTip(target: Element, facts: [string, string][]): void {
  if (!tip.isConnected) document.body.append(tip);
  const [title, ...rest] = facts;
  const list = h("dl", {});
  for (const [label, value] of rest) list.append(h("dt", {}, label), h("dd", {}, ...shown(value)));
  tip.replaceChildren(h("b", {}, ...shown(title?.[0] ?? "")), " ", h("small", {}, title?.[1]), list);
  tip.hidden = false;
  place(target);
  owner?.removeAttribute("aria-describedby");
  owner = target;
  target.setAttribute("aria-describedby", "tip");
}

export function hideTip(): void {
  tip.hidden = true;
  owner?.removeAttribute("aria-describedby");
  owner = undefined;
}

// Below where there is room, else above; never over an edge of the window.
function place(target: Element): void {
  const chart = target.querySelector(".chart-cell") ?? target;
  const { left, bottom, top } = chart.getBoundingClientRect();
  const { width, height } = tip.getBoundingClientRect();
  const under = bottom + 6 + height < innerHeight;
  tip.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
  tip.style.top = `${under ? bottom + 6 : Math.max(8, top - height - 6)}px`;
}

addEventListener("keydown", (event) => event.key === "Escape" && hideTip());
