/** One command while it is performed, and what its `run` is told. */

import { Feed } from "./feed.ts";
import { withResolvers } from "./make.ts";
import type { CommandDelta, CommandFrame } from "./protocol.ts";
import type { CommandContext, CommandSpec } from "./schema.ts";

/** Why a command is stopped: the server's reasons, and `lost` (the session is) and `closed` (the client is). */
export type StopReason =
  | "cancelled"
  | "interrupted"
  | "timeout"
  | "expired"
  | "removed"
  | "rejected"
  | "lost"
  | "closed";

export interface Call {
  readonly spec: CommandSpec;
  readonly lane: string;
  readonly context: CommandContext;
  /** The `command` frame; none while the model still writes it. */
  readonly frame: CommandFrame | undefined;
  /** More of a parameter was written. */
  grow(param: string, delta: string): void;
  /** The command is here, whole. What a drop swallowed of a streamed parameter is made up for. */
  complete(frame: CommandFrame): void;
  stop(reason: StopReason): void;
}

export function createCall(
  given: CommandFrame | CommandDelta,
  spec: CommandSpec,
  progress: CommandContext["progress"],
): Call {
  const { id, turn, name } = given;
  const lane = (given as CommandFrame).lane ?? spec.lane ?? "main";
  const abort = new AbortController();
  const whole = withResolvers<CommandFrame["args"]>();
  const feeds = (spec.stream ?? []).map((param) => [param, new Feed<string>()] as const);
  const stream = Object.fromEntries(feeds);
  const context = { id, turn, name, signal: abort.signal, complete: whole.promise, stream, progress };
  const call = {
    spec,
    lane,
    context,
    frame: undefined as CommandFrame | undefined,
    grow,
    complete,
    stop,
  };
  return call;

  function grow(param: string, delta: string): void {
    stream[param]?.push?.(delta);
  }

  function complete(frame: CommandFrame): void {
    call.frame = frame;
    for (const [param, feed] of feeds) {
      const rest = `${frame.args[param] ?? ""}`.slice(feed.items.join("").length);
      if (rest) feed.push(rest);
      feed.end();
    }
    whole.resolve(frame.args);
  }

  function stop(reason: StopReason): void {
    whole.reject(reason);
    for (const [, feed] of feeds) feed.end(reason);
    abort.abort(reason);
  }
}
