/** A client's session: joins what is remembered, what is offered and what is performed to the link. */

import { type Call, createCall, type StopReason } from "./call.ts";
import type { Client } from "./client.ts";
import { acked, adopt, createDelivery, number, type Reliable, renew } from "./delivery.ts";
import { CapserverError, told } from "./errors.ts";
import { createEmitter, eventOf } from "./events.ts";
import { type AnyFrame, encode, fitted, redacted } from "./json.ts";
import { createLanes, failure, type Outcome, thrown } from "./lanes.ts";
import { createLink } from "./link.ts";
import { merged, newId } from "./make.ts";
import { createMemory } from "./memory.ts";
import { createOffer } from "./offer.ts";
import type { Settings } from "./options.ts";
import type {
  CancelCommand,
  CommandDelta,
  CommandFrame,
  Context,
  ErrorFrame,
  InitialContext,
  Instruct,
  ManifestUpdate,
  ManifestUpdated,
  Result,
  ServerAck,
  ServerMessage,
  TurnEnded,
  Welcome,
} from "./protocol.ts";
import { openTurn, type Pending, type Turn } from "./turns.ts";

const ROOM_FOR_SEQ = 32;
const REMEMBERED = 1024;

type Asked = ManifestUpdate | Instruct | (Context & { id: string });

/** Connects, with the session that was kept where there is one and nobody else has it. */
export function createSession(settings: Settings): Client {
  const { client, token } = settings;
  const { on, emit } = createEmitter();
  const delivery = createDelivery();
  /** What was asked for and has not ended: turns and updates. */
  const requests = new Map<string, Pending>();
  /** Commands that have ended. */
  const done = new Set<string>();
  const link = createLink(settings, emit, { greet, receive, stopped, troubled });
  const offer = createOffer(settings, ask);
  const lanes = createLanes(settings.confirm, ended);
  const memory = createMemory(settings, (error) => fail("storage_unavailable", `not kept: ${error}`));
  /** For a session that begins anew. */
  let context: InitialContext | undefined = settings.context;
  const handlers = {
    __proto__: null,
    ack: ({ upto }: ServerAck) => acked(delivery, upto),
    command(frame: CommandFrame) {
      const call = callOf(frame);
      if (call) call.complete(frame);
      else result(frame.id, failure("not_found"));
    },
    "command.delta": (frame: CommandDelta) => callOf(frame)?.grow(frame.param, frame.delta),
    cancel({ id, reason }: CancelCommand) {
      lanes.stop(id, reason);
      forget(id);
    },
    "turn.started"() {},
    text() {},
    "command.rejected"() {},
    "turn.ended": ({ turn }: TurnEnded) => requests.delete(turn),
    "manifest.updated"({ id, rev, digest, commands }: ManifestUpdated) {
      Object.assign(delivery.seat as Welcome, { rev, digest });
      requests.delete(id);
      offer.prune(commands);
    },
    error(frame: ErrorFrame) {
      const error = told(frame);
      // A gap is told of a frame that was taken in all the same.
      if (!error.details?.some(({ code }) => code === "gap")) refuse(error.ref, error);
      emit("error", error);
    },
    "auth.expiring": () =>
      token()
        .then((fresh) => link.write({ type: "auth", token: fresh }))
        .catch((error) => fail("no_token", `${error}`)),
  };
  start();
  return {
    get status() {
      return link.status;
    },
    get welcome() {
      return delivery.seat && redacted(delivery.seat);
    },
    commands: offer.table,
    vocabulary: offer.vocabulary,
    instruct: (text, { id = newId(), onBusy, signal, ...rest } = {}) =>
      begin({ type: "instruct", id, text, on_busy: onBusy, ...rest } as Instruct, signal),
    setContext,
    setState: (state) => setContext({ state }),
    cancel,
    on,
    close: (code = 1000) => link.stop(code, "closed"),
  };

  async function start(): Promise<void> {
    await undefined; // so that whoever made this client listens before it speaks
    const saved = memory.load();
    if (saved?.seat && (await memory.claim(saved.seat.session))) {
      saved.seat.digest = ""; // what it is on this page is not known
      adopt(delivery, saved);
    }
    link.connect();
  }

  function fail(code: string, message: string): void {
    emit("error", new CapserverError(code, message));
  }

  // out

  /** Number a frame, keep it, send it; now, or once there is a session. Throws for what no server takes. */
  function send(frame: Reliable): void {
    if (link.is("closed")) throw why();
    offer.flush();
    const made = fitted(frame);
    const { type, id, silent, ...now } = made;
    const most = (type !== "manifest.update" && (delivery.seat?.limits.frame_bytes ?? 65536)) || Infinity;
    if (new Blob([encode(made)]).size > most - ROOM_FOR_SEQ) {
      throw new CapserverError("too_large", `more than ${most} bytes`);
    }
    if (type === "context") context = merged(context, now) as InitialContext;
    number(delivery, made as unknown as Reliable);
    flush();
  }

  /** Kept as written before they are: who comes after a crash is not to send them in another session. */
  function flush(): void {
    const { log, sent, written } = delivery;
    const isOpen = link.is("open");
    if (isOpen) delivery.written = sent;
    memory.save(delivery);
    for (const frame of log) if (isOpen && frame.seq > written) link.write(frame as unknown as AnyFrame);
  }

  function ask(frame: Asked, request: Pending): void {
    const { id } = frame;
    requests.set(id, request);
    try {
      send(frame);
    } catch (error) {
      refuse(id, error);
    }
  }

  function refuse(id = "", error: unknown): void {
    requests.get(id)?.fail?.(error);
    requests.delete(id);
  }

  function begin(frame: Asked, signal?: AbortSignal): Turn {
    const { id } = frame;
    const request = openTurn(id, () => cancel(id));
    const { turn } = request;
    const over = () => signal?.removeEventListener("abort", turn.cancel);
    if (signal?.aborted) request.fail(signal.reason);
    else ask(frame, request);
    signal?.addEventListener("abort", turn.cancel);
    turn.then(over, over);
    return turn;
  }

  function setContext(given: Omit<Context, "type">): Turn {
    const { id = newId() } = given;
    const frame = { type: "context" as const, ...given, id };
    return given.silent === false ? begin(frame) : (send(frame) as never);
  }

  function cancel(id: string): void {
    if (!link.is("closed")) send({ type: "cancel", id });
  }

  // what the link asks

  async function greet(): Promise<AnyFrame> {
    const { seat, taken } = delivery;
    return fitted({
      type: "manifest",
      protocol: 1,
      client,
      ...offer.whole(),
      context,
      token: await token(),
      resume: seat && {
        session: seat.session,
        token: seat.token,
        epoch: seat.epoch,
        upto: taken,
        rev: seat.rev,
      },
    });
  }

  function stopped(): void {
    const error = why();
    memory.save();
    stopAll("closed");
    for (const id of requests.keys()) refuse(id, error);
  }

  /** Tell once more why it stopped, or did not come about: with what to do about it. */
  async function troubled(): Promise<void> {
    const { status } = link;
    const more = await import("./advice.ts")
      .then(({ advise }) => advise(link.status, link.trouble, settings.url, offer.table.names))
      .catch(() => undefined);
    if (status !== link.status) return;
    link.tell({ ...status, hint: more?.hint });
    emit("error", why(more));
  }

  function why(more?: object): CapserverError {
    const { state, reason, code = 0 } = link.status;
    const trouble = code > 3999 && link.trouble;
    return trouble ? told(trouble, more) : new CapserverError(state, reason || "closed", more);
  }

  // in

  function receive(given: AnyFrame): void {
    const frame = given as unknown as ServerMessage;
    if (!link.is("open")) {
      if (frame.type === "welcome") welcomed(frame);
      return;
    }
    const { seq = 0 } = frame as { seq?: number };
    const isNew = !seq || seq > delivery.taken;
    const isDue = isNew && (frame.type !== "command" || note(frame));
    if (seq) {
      if (isNew) delivery.taken = seq;
      memory.save(delivery);
      link.write({ type: "ack", upto: delivery.taken });
    }
    if (isDue) handle(frame);
  }

  function note({ id, turn, name }: CommandFrame): boolean {
    const isNew = !done.has(id) && delivery.calls.every((call) => call.id !== id);
    if (isNew) delivery.calls.push({ id, turn, name });
    return isNew;
  }

  function forget(id: string): void {
    delivery.calls = delivery.calls.filter((call) => call.id !== id);
    if (done.size > REMEMBERED) done.clear();
    done.add(id);
  }

  function handle(frame: ServerMessage): void {
    const { type, turn, id } = frame as { type: keyof typeof handlers; turn?: string; id: string };
    const handler = handlers[type];
    if (!handler) return;
    requests.get(turn ?? lanes.calls.get(id)?.context.turn ?? id)?.take?.(frame);
    if (type !== "error") emit(eventOf(type), frame);
    handler(frame as never);
  }

  // commands

  /** The call that is performed, or begins to be; none where there is nothing to perform it. */
  function callOf(frame: CommandFrame | CommandDelta): Call | undefined {
    const { id, name } = frame;
    const spec = offer.commands.get(name);
    const known = lanes.calls.get(id);
    if (known || !spec || ("param" in frame && !spec.stream?.includes(frame.param))) return known;
    const call = createCall(frame, spec, (fraction, note) => {
      const said = { type: "progress", id, fraction, note };
      if (!link.is("open") || lanes.calls.get(id) !== call) return;
      link.write(said);
      emit("progress", said);
    });
    lanes.add(call);
    return call;
  }

  function stopAll(reason: StopReason): void {
    for (const id of lanes.calls.keys()) lanes.stop(id, reason);
  }

  function ended({ context: { id }, frame }: Call, outcome: Outcome): void {
    forget(id);
    if (frame?.timeout) result(id, outcome);
    else memory.save(delivery);
  }

  function result(id: string, outcome: Outcome): void {
    const frame: Result = { type: "result", id, ...outcome };
    forget(id);
    try {
      send(frame);
      emit("result", frame);
    } catch (error) {
      if (outcome.ok) result(id, thrown(error));
    }
  }

  // a session begins

  function welcomed(frame: Welcome): void {
    const { session, token, epoch, digest, upto, heartbeat, limits } = frame;
    if (!(session && token && epoch && heartbeat && limits && upto >= 0)) throw frame;
    const { seat } = delivery;
    const resumed = !!seat && frame.resumed;
    const loss = seat && !resumed && begunAnew(frame);
    if (resumed) acked(delivery, upto);
    else memory.claim(session);
    delivery.seat = frame;
    delivery.written = resumed ? upto : 0;
    link.opened(resumed, heartbeat);
    flush(); // before anybody hears of the session: what they send comes after that
    emit("status", link.status);
    emit("welcome", redacted(frame));
    if (loss) emit("lost", loss);
    if (resumed && digest !== seat.digest) settleIn();
  }

  function begunAnew({ lost, reason = "unknown" }: Welcome) {
    const error = new CapserverError("session_lost", `not resumed: ${reason}`);
    const { calls } = delivery;
    const turns: string[] = [];
    stopAll("lost");
    renew(delivery);
    for (const [id, { turn }] of requests) {
      if (delivery.log.some((frame) => frame.id === id && frame.type !== "cancel")) continue;
      if (turn) turns.push(id);
      refuse(id, error);
    }
    return { reason, lost: lost?.[0] ? lost : calls, turns };
  }

  /** The session was another page's: what that left open is in doubt, what it offered may not be ours. */
  function settleIn(): void {
    for (const { id } of delivery.calls) {
      if (!lanes.calls.has(id)) result(id, failure("in_doubt"));
    }
    offer.repeat();
  }
}
