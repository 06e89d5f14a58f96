/**
 * What must outlive a socket, and a page: the numbers of both directions, the frames that the server has not
 * acknowledged, the commands that were noted. Does no I/O. It is plain JSON: another page takes it over, and goes on
 * exactly where this one was.
 */

import type { Cancel, Context, Instruct, Lost, ManifestUpdate, Result, Welcome } from "./protocol.ts";

/** A frame that is numbered, kept until it is acknowledged, and sent again after a drop. */
export type Reliable = ManifestUpdate | Context | Instruct | Result | Cancel;

export type Numbered = Reliable & { seq: number };

export interface Delivery {
  /** The newest `welcome`: the session that this side has on the server. */
  seat?: Welcome;
  /** The last number taken in. */
  taken: number;
  /** The last own number, and the last one that a socket took. */
  sent: number;
  written: number;
  /** Own frames that are not acknowledged, in order. */
  log: Numbered[];
  /** Commands that were noted, and owe an answer. */
  calls: Lost[];
}

export const createDelivery = (): Delivery => ({
  taken: 0,
  sent: 0,
  written: 0,
  log: [],
  calls: [],
});

/** Number a frame and keep it. */
export function number(delivery: Delivery, frame: Reliable): void {
  delivery.log.push({ ...frame, seq: ++delivery.sent });
}

/** Go on where another page was. What was numbered here meanwhile comes after that. */
export function adopt(delivery: Delivery, saved: Delivery): void {
  const { log } = delivery;
  Object.assign(delivery, saved);
  for (const frame of log) number(delivery, frame);
}

/** The server has all up to here. */
export function acked(delivery: Delivery, upto: number): void {
  delivery.log = delivery.log.filter(({ seq }) => seq > upto);
}

/** The session is gone; numbers begin anew. What no socket ever took is kept: it was not of that session yet. */
export function renew(delivery: Delivery): void {
  const { log, written } = delivery;
  Object.assign(delivery, createDelivery());
  for (const frame of log) {
    if (frame.seq > written && frame.type !== "result") number(delivery, frame);
  }
}
