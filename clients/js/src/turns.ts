/** One instruction as its caller sees it: its frames as they come, its end as a promise. */

import { Feed } from "./feed.ts";
import { withResolvers } from "./make.ts";
import type {
  CancelCommand,
  CommandDelta,
  CommandFrame,
  CommandRejected,
  ServerMessage,
  TextFrame,
  TurnEnded,
  TurnStarted,
} from "./protocol.ts";

export type TurnFrame =
  | TurnStarted
  | TextFrame
  | CommandDelta
  | CommandFrame
  | CommandRejected
  | CancelCommand
  | TurnEnded;

/**
 * `await` gives its `turn.ended` frame, `for await` all its frames from the first. Both throw a CapserverError
 * where the server refused it, or its session was lost (`session_lost`).
 */
export interface Turn extends Promise<TurnEnded>, AsyncIterable<TurnFrame> {
  readonly id: string;
  /** Stop it, with its commands; it ends as `cancelled`. */
  cancel(): void;
}

/** What was asked of the server, and is told what comes of it: an update, or a turn. */
export interface Pending {
  readonly turn?: Turn;
  take?(frame: ServerMessage): void;
  fail?(error: unknown): void;
}

export function openTurn(id: string, cancel: () => void): Required<Pending> {
  const frames = new Feed<TurnFrame>();
  const { promise, resolve, reject } = withResolvers<TurnEnded>();
  const read = { [Symbol.asyncIterator]: () => frames[Symbol.asyncIterator]() };
  return {
    turn: Object.assign(promise, { id, cancel }, read),
    take(frame) {
      frames.push(frame as TurnFrame);
      if (frame.type !== "turn.ended") return;
      frames.end();
      resolve(frame);
    },
    fail(error) {
      frames.end(error);
      reject(error);
    },
  };
}
