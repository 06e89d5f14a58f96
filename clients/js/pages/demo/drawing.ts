/** A retained drawing: each part has a key, is made once, and only what changed about it is written. */
import { s } from "./dom.ts";

type Shape = "g" | "rect" | "path" | "text" | "line" | "circle";
type Looks = Readonly<Record<string, string | number>>;

interface Part {
  readonly element: SVGElement;
  readonly looks: Map<string, string>;
  seen: number;
}

export class Drawing {
  readonly #parts = new Map<string, Part>();
  readonly #root: SVGElement;
  #round = 0;

  constructor(root: SVGElement) {
    this.#root = root;
  }

  /** A part with these looks; new ones are put into `home`, in the order in which they were first drawn. */
  put(key: string, shape: Shape, looks: Looks, text?: string, home: SVGElement = this.#root): SVGElement {
    let part = this.#parts.get(key);
    if (!part) {
      part = { element: s(shape), looks: new Map(), seen: 0 };
      this.#parts.set(key, part);
      home.append(part.element);
    }
    part.seen = this.#round;
    for (const [name, value] of Object.entries(looks)) {
      const wanted = typeof value === "number" ? String(Math.round(value * 10) / 10) : value;
      if (part.looks.get(name) === wanted) continue;
      part.looks.set(name, wanted);
      part.element.setAttribute(name, wanted);
    }
    if (text !== undefined && part.element.textContent !== text) part.element.textContent = text;
    return part.element;
  }

  /** Draw by `how`; what was there before and was not put again goes. */
  again(how: () => void): void {
    this.#round++;
    how();
    for (const [key, part] of this.#parts) {
      if (part.seen === this.#round) continue;
      part.element.remove();
      this.#parts.delete(key);
    }
  }
}
