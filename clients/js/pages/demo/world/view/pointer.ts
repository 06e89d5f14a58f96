/** Mouse, pen and finger: poke her, click a thing, drag it, or look around. */
import { Plane, Raycaster, Vector2, Vector3 } from "three";
import { inRoom } from "../places.ts";
import type { Stage } from "../stage.ts";
import type { Thing, ThingId } from "../things.ts";
import type { Picture } from "./scene.ts";
import { HALF_HEIGHTS } from "./thing-shapes.ts";

const DRAG_AFTER = 7;
const FINGER = 22;
const LIFTED = 0.4;

type Hit = { kind: "thing"; id: ThingId } | { kind: "ling" } | { kind: "room" };

export class Pointer {
  readonly #ray = new Raycaster();
  readonly #abort = new AbortController();
  #down: { hit: Hit; x: number; y: number; id: number } | null = null;
  #dragged: Thing | null = null;

  constructor(
    private readonly stage: Stage,
    private readonly canvas: HTMLCanvasElement,
    private readonly picture: Picture,
  ) {
    canvas.style.touchAction = "none";
    const options = { signal: this.#abort.signal };
    canvas.addEventListener("pointerdown", (event) => this.#press(event), options);
    canvas.addEventListener("pointermove", (event) => this.#move(event), options);
    canvas.addEventListener("pointerup", (event) => this.#release(event, true), options);
    canvas.addEventListener("pointercancel", (event) => this.#release(event, false), options);
    canvas.addEventListener("pointerleave", () => this.#leave(), options);
  }

  dispose(): void {
    this.#abort.abort();
  }

  #press(event: PointerEvent): void {
    if (event.button !== 0 || this.#down) return;
    this.#down = { hit: this.#hit(event), x: event.clientX, y: event.clientY, id: event.pointerId };
    this.canvas.setPointerCapture(event.pointerId);
  }

  #move(event: PointerEvent): void {
    this.stage.gaze.pointer = this.#on(event, new Plane(new Vector3(0, 0, 1), -1.8), new Vector3());
    this.stage.still = Math.min(this.stage.still, 1);
    const down = this.#down;
    if (!down) this.#hover(event);
    if (!down || event.pointerId !== down.id) return;
    const far = Math.hypot(event.clientX - down.x, event.clientY - down.y);
    if (!this.#dragged && down.hit.kind === "thing" && far > DRAG_AFTER)
      this.#dragged = this.stage.grab(down.hit.id);
    if (this.#dragged) this.#drag(event, this.#dragged);
    else if (down.hit.kind === "room") this.#turn(event, down);
  }

  #hover(event: PointerEvent): void {
    const { kind } = this.#hit(event);
    this.canvas.style.cursor = kind === "thing" ? "grab" : kind === "ling" ? "pointer" : "";
    if (kind === "ling") this.stage.gaze.notice(1.2);
  }

  #drag(event: PointerEvent, thing: Thing): void {
    this.canvas.style.cursor = "grabbing";
    const over = this.#on(event, new Plane(new Vector3(0, 1, 0), -LIFTED), new Vector3());
    if (!over) return;
    Object.assign(thing, inRoom({ x: over.x, z: over.z }, thing.radius), { y: LIFTED - 0.1 });
  }

  #turn(event: PointerEvent, down: { x: number; y: number }): void {
    const { nudge } = this.stage.camera;
    const size = this.canvas.clientWidth || 1;
    nudge.around = Math.max(-0.75, Math.min(0.75, ((down.x - event.clientX) / size) * 1.6));
    nudge.above = Math.max(-0.2, Math.min(0.5, ((event.clientY - down.y) / size) * 1.1));
  }

  #release(event: PointerEvent, meant: boolean): void {
    const down = this.#down;
    if (!down || event.pointerId !== down.id) return;
    this.#down = null;
    this.canvas.style.cursor = "";
    const still = Math.hypot(event.clientX - down.x, event.clientY - down.y) <= DRAG_AFTER;
    if (this.#dragged) {
      this.stage.drop(this.#dragged.id);
      this.#dragged = null;
    } else if (meant && still) this.#click(down.hit);
  }

  #click(hit: Hit): void {
    if (hit.kind === "ling") this.stage.poke();
    if (hit.kind === "thing") this.stage.click(hit.id);
  }

  #leave(): void {
    if (!this.#down) this.stage.gaze.pointer = null;
  }

  /** The thing or the character nearest to the eye under the pointer; fingers may miss by a little. */
  #hit(event: PointerEvent): Hit {
    const slack = event.pointerType === "mouse" ? 4 : FINGER;
    let best: { hit: Hit; depth: number } | null = null;
    const consider = (hit: Hit, at: Vector3, radius: number, add: number): void => {
      const seen = this.#seen(at, radius);
      const far = Math.hypot(seen.x - event.offsetX, seen.y - event.offsetY);
      if (far <= seen.radius + add && (!best || seen.depth < best.depth)) best = { hit, depth: seen.depth };
    };
    for (const thing of this.stage.things.values()) {
      const at = new Vector3(thing.x, thing.y + HALF_HEIGHTS[thing.id], thing.z);
      consider({ kind: "thing", id: thing.id }, at, thing.radius, slack);
    }
    const { x, z, pose } = this.stage.ling;
    const ground = pose.now.floor + Math.max(pose.now.lift, 0);
    consider({ kind: "ling" }, new Vector3(x, ground + 1.32, z), 0.68, 0);
    consider({ kind: "ling" }, new Vector3(x, ground + 0.46, z), 0.48, 0);
    return (best as { hit: Hit } | null)?.hit ?? { kind: "room" };
  }

  #seen(at: Vector3, radius: number): { x: number; y: number; radius: number; depth: number } {
    const { camera } = this.picture;
    const depth = at.distanceTo(camera.position);
    const high = this.canvas.clientHeight;
    const size = (radius / (depth * Math.tan((camera.fov * Math.PI) / 360))) * (high / 2);
    const spot = at.clone().project(camera);
    return {
      x: ((spot.x + 1) / 2) * this.canvas.clientWidth,
      y: ((1 - spot.y) / 2) * high,
      radius: size,
      depth,
    };
  }

  #on(event: PointerEvent, plane: Plane, into: Vector3): Vector3 | null {
    const { clientWidth: wide, clientHeight: high } = this.canvas;
    const at = new Vector2((event.offsetX / wide) * 2 - 1, 1 - (event.offsetY / high) * 2);
    this.#ray.setFromCamera(at, this.picture.camera);
    return this.#ray.ray.intersectPlane(plane, into);
  }
}
