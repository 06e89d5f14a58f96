/** What a client tells: by name, to whoever listens. */

import type { CapserverError } from "./errors.ts";
import type { AnyFrame } from "./json.ts";
import type { Status } from "./link.ts";
import type {
  CancelCommand,
  CommandDelta,
  CommandFrame,
  CommandRejected,
  Lost,
  ManifestUpdated,
  Progress,
  Result,
  TextFrame,
  TurnEnded,
  TurnStarted,
  Welcome,
} from "./protocol.ts";

export interface Events {
  status: Status;
  /** Every frame, without its secrets; `at`: ms since 1970. */
  frame: { direction: "in" | "out"; frame: AnyFrame; at: number };
  welcome: Welcome;
  turn: TurnStarted;
  text: TextFrame;
  delta: CommandDelta;
  command: CommandFrame;
  rejected: CommandRejected;
  cancel: CancelCommand;
  ended: TurnEnded;
  updated: ManifestUpdated;
  /** Own ones, as they are sent. */
  progress: Progress;
  result: Result;
  /** Without a listener it is written to the console. */
  error: CapserverError;
  /** A session could not be resumed: its commands in doubt, its turns whose end nobody will tell. */
  lost: { reason: string; lost: Lost[]; turns: string[] };
}

/** The event that tells of a frame: `turn` of `turn.started`, else the last word of its type. */
export const eventOf = (type: string): string =>
  type === "turn.started" ? "turn" : type.replace(/.*\./, "");

export interface Emitter {
  on<E extends keyof Events>(event: E, listener: (detail: Events[E]) => void): () => void;
  emit(event: string, detail: unknown): void;
}

export function createEmitter(): Emitter {
  const listeners = new Set<{ event: string; listener: (detail: never) => void }>();
  return {
    on(event, listener) {
      const own = { event, listener };
      listeners.add(own);
      return () => void listeners.delete(own);
    },
    emit(event, detail) {
      const heard = [...listeners].filter((one) => one.event === event);
      if (event === "error" && !heard[0]) console.error(detail);
      for (const { listener } of heard) {
        try {
          listener(detail as never);
        } catch (error) {
          queueMicrotask(() => {
            throw error; // uncaught, for its author to see; it stops nobody else
          });
        }
      }
    },
  };
}
