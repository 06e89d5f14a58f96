/** Where the parts of a turn lie on its time axis: a `Turn` becomes segments in per cent. */

import { niceStep } from "./format.ts";
import type { Call, Turn } from "./turns.ts";

export interface Segment {
  kind: "queued" | "planning" | "value" | "tail" | "text" | "writing" | "waiting" | "running";
  /** Per cent of the axis. */
  from: number;
  width: number;
}

export interface Bar {
  call: Call;
  segments: Segment[];
  deltas: number[];
  progress: number[];
  end: number | undefined;
  /** ms that it ran, without its wait in the lane. */
  ran: number | undefined;
}

export interface Waterfall {
  /** Milliseconds that the axis spans. */
  span: number;
  ticks: { at: number; ms: number }[];
  plan: Segment[];
  /** Where each command went out. */
  sent: number[];
  /** Where the first command went out. */
  first: number | undefined;
  /** Milliseconds to the first command: the server's figure once it is known. */
  firstMs: number | undefined;
  text: { segment: Segment; moments: number[] } | undefined;
  lanes: { lane: string; bars: Bar[] }[];
  end: number | undefined;
}

const SHORTEST = 40;

export function waterfall(turn: Turn, now: number): Waterfall {
  const until = Math.max(turn.ended ?? now, ...turn.calls.map((call) => call.ended ?? call.sent ?? 0));
  const span = Math.max(until - turn.accepted, SHORTEST);
  const place = (at: number): number => clamp(((at - turn.accepted) / span) * 100);
  const segment = (kind: Segment["kind"], from: number, to: number): Segment => ({
    kind,
    from: place(from),
    width: place(Math.max(to, from)) - place(from),
  });
  const sent = turn.calls.flatMap((call) => call.sent ?? []);
  const first = sent.length > 0 ? Math.min(...sent) : undefined;
  return {
    span,
    ticks: ticks(span),
    plan: turn.direct ? [] : plan(turn, until, segment),
    sent: sent.map(place),
    first: first === undefined ? undefined : place(first),
    firstMs: turn.timing?.first ?? (first === undefined ? undefined : first - turn.accepted),
    text: words(turn, place, segment),
    lanes: lanes(turn, until, place, segment),
    end: turn.ended === undefined ? undefined : place(turn.ended),
  };
}

type Place = (at: number) => number;
type Span = (kind: Segment["kind"], from: number, to: number) => Segment;

function plan(turn: Turn, until: number, segment: Span): Segment[] {
  const began = turn.started ?? until;
  const found: Segment[] = [];
  if (began > turn.accepted) found.push(segment("queued", turn.accepted, began));
  if (turn.started === undefined) return found;
  const stopped = turn.ended === undefined ? until : (turn.lastOutput ?? until);
  let from = turn.started;
  for (const [begin, end] of waits(turn, until)) {
    if (begin < from || end > stopped) continue;
    found.push(segment("planning", from, begin), segment("value", begin, end));
    from = end;
  }
  found.push(segment("planning", from, stopped));
  if (until > stopped) found.push(segment("tail", stopped, until));
  return found;
}

/** When the model was silent because it waited for a value, in order. */
function waits(turn: Turn, until: number): [number, number][] {
  const outputs = [
    ...turn.texts,
    ...turn.calls.flatMap((call) => [...call.deltas, ...(call.sent === undefined ? [] : [call.sent])]),
  ];
  const found = turn.calls
    .filter((call) => call.returns && call.sent !== undefined)
    .map((call): [number, number] => {
      const end = call.ended ?? until;
      return [Math.max(...outputs.filter((at) => at <= end)), end];
    });
  return found.sort(([one], [other]) => one - other);
}

function words(turn: Turn, place: Place, segment: Span): Waterfall["text"] {
  const [from] = turn.texts;
  const to = turn.texts.at(-1);
  if (from === undefined || to === undefined) return undefined;
  return { segment: segment("text", from, to), moments: turn.texts.map(place) };
}

function lanes(turn: Turn, until: number, place: Place, segment: Span): Waterfall["lanes"] {
  const found = new Map<string, Bar[]>();
  const free = new Map<string, number>();
  for (const call of turn.calls) {
    const bars = found.get(call.lane) ?? [];
    const end = call.ended ?? until;
    const laneFree = free.get(call.lane) ?? 0;
    bars.push({
      call,
      ran:
        call.sent === undefined || call.ended === undefined
          ? undefined
          : end - begins(call.sent, laneFree, end),
      segments: segments(call, laneFree, end, segment),
      deltas: call.deltas.map(place),
      progress: call.progress.map((step) => place(step.at)),
      end: call.ended === undefined ? undefined : place(call.ended),
    });
    found.set(call.lane, bars);
    if (call.sent !== undefined) free.set(call.lane, Math.max(free.get(call.lane) ?? 0, end));
  }
  return [...found].map(([lane, bars]) => ({ lane, bars }));
}

const begins = (sent: number, laneFree: number, end: number): number =>
  Math.min(Math.max(sent, laneFree), end);

/** A command of a lane waits until the one before it has ended: the client runs them one after the other. */
function segments(call: Call, laneFree: number, end: number, segment: Span): Segment[] {
  const found: Segment[] = [];
  if (call.begun !== undefined) found.push(segment("writing", call.begun, call.sent ?? end));
  if (call.sent === undefined) return found;
  const starts = begins(call.sent, laneFree, end);
  if (starts > call.sent) found.push(segment("waiting", call.sent, starts));
  found.push(segment("running", starts, end));
  return found;
}

function ticks(span: number): { at: number; ms: number }[] {
  const step = niceStep(span, 5);
  const found = [];
  for (let ms = 0; ms < span * 0.97; ms += step) found.push({ at: (ms / span) * 100, ms });
  return found;
}

const clamp = (value: number): number => Math.min(100, Math.max(0, value));
