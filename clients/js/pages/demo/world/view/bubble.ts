/** The speech bubble: an element of the page that stays above her head and fills while she speaks. */
import type { Vector2, Vector3 } from "three";
import { clamp } from "../motion.ts";
import type { Speech } from "../speech.ts";

const MARGIN = 10;

export class Bubble {
  #shown = "";

  constructor(private readonly element: HTMLElement) {
    element.hidden = true;
    Object.assign(element.style, { position: "absolute", left: "0", top: "0" });
  }

  /** `crown`: the top of her head in the picture, −1 to 1; `size`: of the picture in CSS pixels. */
  show(speech: Speech, crown: Vector3, size: Vector2): void {
    const visible = speech.visible && speech.shown !== "";
    if (this.element.hidden === visible) this.element.hidden = !visible;
    if (!visible) return;
    if (this.#shown !== speech.shown) {
      this.#shown = speech.shown;
      this.element.textContent = speech.shown;
    }
    this.#place(((crown.x + 1) / 2) * size.x, ((1 - crown.y) / 2) * size.y, size);
  }

  /** Above the head, inside the picture; `--tail`: where its tip is, in pixels from its left edge. */
  #place(x: number, y: number, size: Vector2): void {
    const { offsetWidth: wide, offsetHeight: high } = this.element;
    const left = clamp(x - wide / 2, MARGIN, Math.max(size.x - wide - MARGIN, MARGIN));
    const top = clamp(y - high - 14, MARGIN, Math.max(size.y - high - MARGIN, MARGIN));
    this.element.style.transform = `translate(${left.toFixed(1)}px, ${top.toFixed(1)}px)`;
    this.element.style.setProperty("--tail", `${clamp(x - left, 18, Math.max(wide - 18, 18)).toFixed(1)}px`);
  }
}
