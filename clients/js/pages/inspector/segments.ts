/** Parts of a bar as elements, placed in per cent. */

import { h } from "../demo/dom.ts";
import type { Segment } from "./waterfall.ts";

export function segmentNodes(segments: readonly Segment[], moments: readonly number[] = []): HTMLElement[] {
  const nodes = segments.map((segment) => {
    const element = h("span", { class: `segment ${segment.kind}` });
    element.style.left = `${segment.from}%`;
    element.style.width = `${segment.width}%`;
    return element;
  });
  return [...nodes, ...moments.map((moment) => at("moment", moment))];
}

/** A mark at one moment. */
export function at(kind: string, place: number): HTMLElement {
  const element = h("span", { class: kind });
  element.style.left = `${place}%`;
  return element;
}
