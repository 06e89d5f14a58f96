/** The world on the page: made after the page is seen, drawn after its session is open. */
import { $ } from "./dom.ts";
import { calm, onCalm, onTheme, theme } from "./preferences.ts";
import type { World } from "./world/index.ts";

/** The world; nobody sees it yet. */
export async function raise(): Promise<World> {
  const { createWorld } = await import("./world/index.ts");
  import("./world/view/view.ts").catch(() => {}); // it comes while the session opens; `show` tells where it does not
  const world = createWorld({ reducedMotion: calm(), theme: theme() });
  onTheme((now) => world.setTheme(now));
  onCalm((now) => world.setReducedMotion(now));
  return world;
}

/** Show it; whether that can be. */
export async function show(world: World): Promise<boolean> {
  const trouble = await world.draw($("canvas", HTMLCanvasElement), $("bubble"));
  $("stage").dataset.world = trouble === null ? "drawn" : "unseen";
  return trouble === null;
}
