/** Counts what was really performed, call by call: after a resume nothing may have been done twice. */
import type { CommandContext, CommandSpec, Commands } from "../../src/index.ts";
import { $ } from "./dom.ts";
import { say, spoken } from "./words.ts";

const runs = new Map<string, number>();

/** How many calls were performed, and how many runs were one too many. */
export function tally(): { readonly performed: number; readonly repeated: number } {
  let all = 0;
  for (const times of runs.values()) all += times;
  return { performed: runs.size, repeated: all - runs.size };
}

function show(): void {
  const { performed, repeated } = tally();
  $("tally").textContent = say("tally", performed, repeated);
  document.documentElement.dataset.performed = String(performed);
  document.documentElement.dataset.repeated = String(repeated);
}

/** The same command, which is counted and told of as it begins. */
export function watched(spec: CommandSpec, began: (id: string) => void): CommandSpec {
  const run = (args: Parameters<CommandSpec["run"]>[0], ctx: CommandContext): unknown => {
    runs.set(ctx.id, (runs.get(ctx.id) ?? 0) + 1);
    show();
    began(ctx.id);
    return spec.run(args, ctx);
  };
  return { ...spec, run };
}

/** A whole table of them. */
export function watchedAll(commands: Commands, began: (id: string) => void): Record<string, CommandSpec> {
  return Object.fromEntries(Object.entries(commands).map(([name, spec]) => [name, watched(spec, began)]));
}

export function startTally(): void {
  spoken(show);
}
