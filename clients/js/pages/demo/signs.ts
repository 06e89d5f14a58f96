/** A command of the person's own, performed: Ling holds up a sign with what it was called with. */
import type { CommandContext } from "../../src/index.ts";
import { $, h } from "./dom.ts";
import { brief } from "./json.ts";
import { say } from "./words.ts";

const HELD = 2600; // ms

/** Hold up the sign until it can have been read; taken down at once when the command is withdrawn. */
export async function holdUp(args: Readonly<Record<string, unknown>>, ctx: CommandContext): Promise<void> {
  const about = brief(args);
  const sign = h(
    "p",
    { class: "placard" },
    h("b", {}, say("own.performs", ctx.name)),
    about && h("small", {}, about),
  );
  $("signs").append(sign);
  try {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(resolve, HELD);
      ctx.signal.addEventListener("abort", () => {
        clearTimeout(timer);
        reject(ctx.signal.reason);
      });
    });
  } finally {
    sign.remove();
  }
}

/** The smallest value that fits a schema: what a command that returns gives back when nobody wrote code for it. */
export function sample(schema: unknown): unknown {
  const { type, properties, required, ...rest } = (schema ?? {}) as {
    type?: string;
    properties?: Record<string, unknown>;
    required?: string[];
    enum?: unknown[];
    const?: unknown;
    minimum?: number;
  };
  if (rest.const !== undefined) return rest.const;
  if (rest.enum) return rest.enum[0];
  if (type === "object")
    return Object.fromEntries((required ?? []).map((name) => [name, sample(properties?.[name])]));
  if (type === "array") return [];
  if (type === "number" || type === "integer") return rest.minimum ?? 0;
  if (type === "boolean") return true;
  return type === "null" ? null : "";
}
