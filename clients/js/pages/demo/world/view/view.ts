/** The picture on the canvas: drawn when there is something to see, as well as the machine can. */
import { PCFShadowMap, Vector2, Vector3, WebGLRenderer } from "three";
import type { Stage } from "../stage.ts";
import type { Quality as Told } from "../state.ts";
import { Bubble } from "./bubble.ts";
import { Plate } from "./plate.ts";
import { Pointer } from "./pointer.ts";
import { BEST, type Level, Quality } from "./quality.ts";
import { Picture } from "./scene.ts";
import type { Theme } from "./sky.ts";

const SOFTWARE = /swiftshader|llvmpipe|software|basic render/i;
const SOFTWARE_START = 4;
const HARDWARE_START = 1;
const IDLE_AFTER = 2;
const IDLE_INTERVAL = 1000 / 33;
const HIDDEN_EVERY = 250;
/** Seconds in which the page is still busy with its start. */
const SETTLING = 2;
const STILL_SHADOW = 768;
const REMEMBERED = 90;

export class View {
  readonly #picture: Picture;
  readonly #renderer: WebGLRenderer;
  readonly #plate: Plate | null;
  readonly #quality: Quality;
  readonly #bubble: Bubble;
  readonly #pointer: Pointer;
  readonly #watch: ResizeObserver;
  readonly #name: string;
  readonly #size = new Vector2(1, 1);
  #frame = 0;
  #count = 0;
  #last = 0;
  #lastDrawn = 0;
  #hidden = 0;
  /** Milliseconds of script of the newest frames. */
  readonly #script: number[] = [];
  #drawn = { calls: 0, triangles: 0 };
  #driven = false;
  #whole = false;

  /** Throws where the browser has no WebGL. */
  constructor(
    private readonly stage: Stage,
    private readonly canvas: HTMLCanvasElement,
    bubble: HTMLElement,
    theme: Theme,
  ) {
    const context = contextOf(canvas);
    this.#name = context.name;
    this.#renderer = new WebGLRenderer({ canvas, context: context.gl });
    this.#picture = new Picture(stage, context.software);
    this.#plate = context.software ? new Plate(this.#picture) : null;
    // The drivers' notes on shaders are for who writes these; asking for them stops everything for a while.
    this.#renderer.debug.checkShaderErrors = false;
    this.#renderer.shadowMap.type = PCFShadowMap;
    this.#renderer.shadowMap.enabled = true;
    this.#renderer.shadowMap.autoUpdate = false;
    this.#renderer.info.autoReset = false;
    this.#quality = new Quality(context.software ? SOFTWARE_START : HARDWARE_START, (level) =>
      this.#apply(level),
    );
    this.#bubble = new Bubble(bubble);
    this.#pointer = new Pointer(stage, canvas, this.#picture);
    this.#picture.setTheme(theme);
    this.#watch = new ResizeObserver(() => this.#resize());
    this.#watch.observe(canvas);
    this.#resize();
    document.addEventListener("visibilitychange", this.#shown);
    canvas.addEventListener("webglcontextrestored", this.#restored);
    this.#start();
  }

  get quality(): Told {
    const { level, interval } = this.#quality;
    return {
      renderer: this.#name,
      level,
      pixelRatio: Math.round(this.#renderer.getPixelRatio() * 100) / 100,
      shadows: this.#picture.sun.castShadow,
      fps: Math.round(10_000 / interval) / 10,
      frames: this.#count,
      drawCalls: this.#drawn.calls,
      triangles: this.#drawn.triangles,
      scriptMs: Math.round(median(this.#script) * 100) / 100,
    };
  }

  setTheme(theme: Theme): void {
    this.#picture.setTheme(theme);
    this.stage.still = 0;
    this.#renderer.shadowMap.needsUpdate = true;
    this.#plate?.spoil();
  }

  /** Stops its own clock, moves the world on and draws: for tests and pictures. */
  drive(seconds: number): void {
    if (!this.#driven) this.#best();
    this.#stop();
    for (let left = seconds; left > 0; left -= 1 / 60) {
      this.stage.advance(Math.min(left, 1 / 60));
      this.#picture.show(Math.min(left, 1 / 60), this.#aspect, this.#pixels);
    }
    this.#draw(true);
    this.#count += 1;
  }

  /** Time does not matter any more, so everything is drawn as well as it can be. */
  #best(): void {
    this.#driven = true;
    this.#apply(BEST);
  }

  dispose(): void {
    this.#stop();
    document.removeEventListener("visibilitychange", this.#shown);
    this.canvas.removeEventListener("webglcontextrestored", this.#restored);
    this.#watch.disconnect();
    this.#pointer.dispose();
    this.#renderer.dispose();
  }

  get #aspect(): number {
    return this.#size.x / Math.max(this.#size.y, 1);
  }

  get #pixels(): number {
    return this.#size.y * this.#renderer.getPixelRatio();
  }

  #ratio(level: Level): number {
    return Math.min(level.ratio, globalThis.devicePixelRatio || 1);
  }

  #apply(level: Level): void {
    this.#renderer.setPixelRatio(this.#ratio(level));
    const { shadow } = this.#picture.sun;
    // On a still picture shadows cost nothing more.
    const corners = this.#plate ? Math.max(level.shadow, STILL_SHADOW) : level.shadow;
    this.#picture.sun.castShadow = corners > 0;
    if (corners > 0 && shadow.mapSize.x !== corners) {
      shadow.mapSize.set(corners, corners);
      shadow.map?.dispose();
      shadow.map = null;
    }
    this.#renderer.shadowMap.needsUpdate = true;
    this.#plate?.spoil();
  }

  #resize(): void {
    this.#size.set(this.canvas.clientWidth || 1, this.canvas.clientHeight || 1);
    this.#renderer.setSize(this.#size.x, this.#size.y, false);
    if (this.#count === 0) return;
    // A canvas of another size is empty until it is drawn.
    this.#picture.show(0, this.#aspect, this.#pixels);
    this.#draw(true);
  }

  /** What was drawn before is gone with the old context. */
  readonly #restored = (): void => {
    this.#plate?.spoil();
    this.#renderer.shadowMap.needsUpdate = true;
  };

  readonly #shown = (): void => {
    this.#stop();
    if (!this.#driven) this.#start();
  };

  #start(): void {
    this.#last = performance.now();
    if (document.hidden) this.#hidden = window.setInterval(() => this.#unseen(), HIDDEN_EVERY);
    else this.#frame = requestAnimationFrame(this.#tick);
  }

  #stop(): void {
    cancelAnimationFrame(this.#frame);
    clearInterval(this.#hidden);
  }

  /** Nobody looks: what she does goes on, no picture is drawn. */
  #unseen(): void {
    const now = performance.now();
    this.stage.advance((now - this.#last) / 1000);
    this.#last = now;
  }

  readonly #tick = (now: number): void => {
    this.#frame = requestAnimationFrame(this.#tick);
    if (this.stage.still > IDLE_AFTER && now - this.#lastDrawn < IDLE_INTERVAL - 3) return;
    const interval = now - this.#lastDrawn;
    this.#lastDrawn = now;
    const began = performance.now();
    this.#judge(interval, now);
    const seconds = Math.min(Math.max((now - this.#last) / 1000, 0), 0.25);
    this.#last = now;
    this.stage.advance(seconds);
    this.#picture.show(seconds, this.#aspect, this.#pixels);
    this.#whole = this.#draw(this.#count++ % this.#quality.now.every === 0);
    this.#script.push(performance.now() - began);
    if (this.#script.length > REMEMBERED) this.#script.shift();
  };

  /** Before the picture is drawn, since another quality empties the canvas. */
  #judge(interval: number, now: number): void {
    const telling =
      this.stage.still <= IDLE_AFTER && !(this.#plate && this.#whole) && this.stage.time > SETTLING;
    if (telling) this.#quality.frame(interval, now);
    else this.#quality.interval += (Math.min(interval, 100) - this.#quality.interval) * 0.1;
  }

  /** Tells whether everything was drawn, and not only what moves. */
  #draw(shadows: boolean): boolean {
    this.#renderer.info.reset();
    const whole = this.#plate ? this.#drawPlate(this.#plate) : this.#drawAll(shadows);
    const { calls, triangles } = this.#renderer.info.render;
    if (whole || !this.#drawn.calls) this.#drawn = { calls, triangles };
    const crown = this.#picture.rig.crown(new Vector3()).project(this.#picture.camera);
    this.#bubble.show(this.stage.speech, crown, this.#size);
    return whole;
  }

  #drawAll(shadows: boolean): boolean {
    if (shadows) this.#renderer.shadowMap.needsUpdate = true;
    this.#renderer.render(this.#picture.scene, this.#picture.camera);
    return shadows;
  }

  #drawPlate(plate: Plate): boolean {
    const { x, y } = this.#renderer.getDrawingBufferSize(new Vector2());
    return plate.draw(this.#renderer, x, y, this.#driven);
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

/** One context with or without smooth edges, as the machine can bear it. Throws where there is none. */
function contextOf(canvas: HTMLCanvasElement): {
  gl: WebGL2RenderingContext;
  software: boolean;
  name: string;
} {
  const name = rendererName();
  const software = SOFTWARE.test(name);
  const gl = canvas.getContext("webgl2", {
    antialias: !software,
    alpha: false,
    powerPreference: "high-performance",
  });
  if (!gl) throw new Error("This browser shows no 3D: WebGL 2 is missing or turned off.");
  return { gl, software, name };
}

/** Asked on a canvas of its own, since smooth edges have to be chosen before one knows who draws. */
function rendererName(): string {
  const gl = document.createElement("canvas").getContext("webgl2");
  if (!gl) return "";
  const told = gl.getExtension("WEBGL_debug_renderer_info");
  const name = String(gl.getParameter(told ? told.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
  gl.getExtension("WEBGL_lose_context")?.loseContext();
  return name;
}
