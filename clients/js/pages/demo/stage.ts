/** The world on the page: made after the page is seen. */
import { $ } from "./dom.ts";
import { calm, onCalm, onTheme, theme } from "./preferences.ts";
import type { World } from "./world/index.ts";

/** The world, once it stands; it performs even where the browser cannot draw it. */
export async function raise(): Promise<World> {
  const canvas = $("canvas", HTMLCanvasElement);
  const { createWorld } = await import("./world/index.ts");
  const world = await createWorld(canvas, { bubble: $("bubble"), reducedMotion: calm(), theme: theme() });
  onTheme((now) => world.setTheme(now));
  onCalm((now) => world.setReducedMotion(now));
  $("stage").dataset.world = world.trouble === null ? "drawn" : "unseen";
  return world;
}
