/** What can go wrong, in one class: told by the server, or found on this side. */

import type { ErrorFrame } from "./protocol.ts";

export interface Fault {
  /** A JSON Pointer; the index of a command is replaced by its name. */
  path: string;
  code: string;
  message: string;
}

interface More {
  details?: readonly Fault[] | undefined;
  hint?: string | undefined;
  retryAfter?: number | undefined;
  ref?: string | undefined;
}

/** Every error of this package. `code` is one of PROTOCOL.md's error codes, or one of this side's (API.md). */
export class CapserverError extends Error {
  override readonly name = "CapserverError";
  declare readonly code: string;
  /** Each fault, where there can be several. */
  declare readonly details?: readonly Fault[];
  /** What to do about it. */
  declare readonly hint?: string;
  /** Seconds after which it may be tried again. */
  declare readonly retryAfter?: number;
  /** The id of the frame that was at fault. */
  declare readonly ref?: string;

  constructor(code: string, message: string, more: More = {}) {
    const faults = (more.details ?? []).map((fault) => `\n  ${fault.path}: ${fault.message}`);
    super(message + faults.join(""));
    Object.assign(this, { code }, more);
  }
}

/** Tries something, and notes the fault under its path where it throws. */
export type Attempt = <T>(path: string, task: () => T) => T | undefined;

/** Throws `bad_options` with every fault, where there is one. */
export function faultless<T>(inspect: (attempt: Attempt) => T): T {
  const details: Fault[] = [];
  const made = inspect((path, task) => {
    try {
      return task();
    } catch (error) {
      details.push({ path, code: "invalid", message: (error as Error).message });
      return undefined;
    }
  });
  if (details[0]) throw new CapserverError("bad_options", "bad options", { details });
  return made;
}

export function expect(given: unknown, message: string): void {
  if (!given) throw new TypeError(message);
}

/** An `error` frame as an error. */
export const told = (
  { code, message, details, ref, retry_after }: ErrorFrame,
  more?: object,
): CapserverError => new CapserverError(code, message, { details, ref, retryAfter: retry_after, ...more });
