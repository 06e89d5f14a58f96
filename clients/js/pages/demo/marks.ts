/** How a call stands, told by shape first and by colour second. */
import { s } from "./dom.ts";
import type { CallState } from "./turns.ts";

/** What is drawn in a box of 16 × 16 around (8, 8): the outline, and what is in it. */
export const SHAPES: Readonly<Record<CallState, readonly [outline: string, sign: string]>> = {
  streaming: ["M2 8a6 6 0 1 0 12 0a6 6 0 1 0-12 0", "M5 8h.01M8 8h.01M11 8h.01"],
  waiting: ["M2 8a6 6 0 1 0 12 0a6 6 0 1 0-12 0", "M6.5 5.5v5M9.5 5.5v5"],
  running: ["M2 8a6 6 0 1 0 12 0a6 6 0 1 0-12 0", "M6.6 5.4v5.2l4-2.6z"],
  done: ["M2 8a6 6 0 1 0 12 0a6 6 0 1 0-12 0", "m5.2 8.2 2 2 3.6-4.2"],
  failed: ["M5.2 1.8h5.6l3.4 3.4v5.6l-3.4 3.4H5.2l-3.4-3.4V5.2z", "m5.8 5.8 4.4 4.4m0-4.4-4.4 4.4"],
  cancelled: ["M2.5 2.5h11v11h-11z", "M5.5 8h5"],
  timeout: ["M2 8a6 6 0 1 0 12 0a6 6 0 1 0-12 0", "M8 4.8V8l2.2 1.6"],
  rejected: ["M8 1.2 14.8 8 8 14.8 1.2 8z", "M8 5v3.4M8 10.8h.01"],
  lost: ["M8 1.8 14.6 13.6H1.4z", "M8 6.4v3M8 11.6h.01"],
};

/** The mark as a picture of its own; whoever shows it says the same in words. */
export function mark(state: CallState): SVGSVGElement {
  const [outline, sign] = SHAPES[state];
  const shape = { class: "mark", viewBox: "0 0 16 16", "data-state": state, "aria-hidden": "true" };
  return s("svg", shape, s("path", { class: "outline", d: outline }), s("path", { class: "sign", d: sign }));
}
