/**
 * Performs commands: those of one lane one after the other, lanes side by side. One that is stopped leaves its lane
 * at once, however long its `run` goes on; what that comes to is ignored.
 */

import type { Call, StopReason } from "./call.ts";
import type { CommandFrame, ResultError } from "./protocol.ts";
import { checked } from "./schema.ts";

export type Outcome = { ok: true; value?: unknown } | { ok: false; error: ResultError };

/** Asks a person whether a command may be performed. */
export type Confirm = (call: CommandFrame, signal: AbortSignal) => boolean | Promise<boolean>;

export interface Lanes {
  /** Those that have not ended, by id. */
  readonly calls: ReadonlyMap<string, Call>;
  /** It is performed when its lane is free. */
  add(call: Call): void;
  stop(id: string, reason: StopReason): void;
}

/** `ended` is not called for what was stopped: no result is owed. */
export function createLanes(
  confirm: Confirm | undefined,
  ended: (call: Call, outcome: Outcome) => void,
): Lanes {
  const calls = new Map<string, Call>();
  const tails = new Map<string, Promise<void>>();
  return {
    calls,
    add(call) {
      const { lane } = call;
      calls.set(call.context.id, call);
      tails.set(
        lane,
        Promise.resolve(tails.get(lane)).then(() => turnOf(call)),
      );
    },
    stop(id, reason) {
      calls.get(id)?.stop(reason);
      calls.delete(id);
    },
  };

  /** Resolves once the lane is free again. */
  function turnOf(call: Call): Promise<void> {
    const { id, signal, complete } = call.context;
    return new Promise((free) => {
      if (!calls.has(id)) return free();
      signal.addEventListener("abort", () => free());
      Promise.all([outcomeOf(call), complete]).then(
        ([outcome]) => {
          if (calls.delete(id)) ended(call, outcome);
          free();
        },
        () => {},
      );
    });
  }

  async function outcomeOf({ spec, frame, context }: Call): Promise<Outcome> {
    try {
      if (frame?.confirm && !(await confirm?.(frame, context.signal))) return failure("declined");
      const args = frame ? await checked(spec.parameters, frame.args, "invalid_args") : {};
      context.signal.throwIfAborted(); // a person may have agreed too late
      return {
        ok: true,
        value: await checked(spec.returns, await spec.run(args as never, context as never), "invalid_result"),
      };
    } catch (error) {
      return thrown(error);
    }
  }
}

export const failure = (code: string, message = code): Outcome => ({ ok: false, error: { code, message } });

/** How a command failed, from whatever was thrown. */
export function thrown(error: unknown): Outcome {
  const { code, message = error } = Object(error);
  return failure(
    typeof code === "string" ? code.slice(0, 64) || "failed" : "failed",
    String(message).slice(0, 4096),
  );
}
