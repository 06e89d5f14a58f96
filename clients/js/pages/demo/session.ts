/** The page's session: makes the client, tells the record what it hears, and is made anew where that is wanted. */
import {
  type CapserverError,
  type Client,
  type Commands,
  createClient,
  type Events,
  type Lost,
} from "../../src/index.ts";
import { ask } from "./confirm.ts";
import { Line } from "./line.ts";
import { currentToken } from "./token.ts";
import type { Turns } from "./turns.ts";

/** What a session begins with. */
export interface Offering {
  readonly kind: "web3d" | "phone";
  readonly commands: Commands;
  readonly vocabulary: NonNullable<Parameters<typeof createClient>[0]["vocabulary"]>;
  readonly state: Record<string, unknown>;
}

const PERSONA =
  "You are Ling (小灵), a small, warm and playful spirit that lives in a cosy room. You act with your commands; " +
  "you speak briefly, in the language of the person. To talk aloud, use say.";

/** A client of this page, connecting. Throws a CapserverError for what cannot be offered. */
export function begin({ kind, commands, vocabulary, state }: Offering): Client {
  const token = currentToken();
  return createClient({
    url: location.origin,
    client: { name: "capserver demo", kind, version: "1", locale: navigator.language },
    commands,
    vocabulary,
    context: { state },
    persona: PERSONA,
    ...(token !== undefined && { token }),
    confirm: ask,
    WebSocket: Line,
  });
}

/** Let the record hear what happens to turns and calls. */
export function record(client: Client, turns: Turns): void {
  client.on("turn", ({ turn, source }) => turns.start(turn, source));
  client.on("text", ({ turn, delta }) => turns.write(turn, delta));
  client.on("delta", ({ id, turn, name, delta }) => turns.draft(id, turn, name, delta));
  client.on("command", ({ id, turn, name, args, lane }) => turns.send(id, turn, name, args, lane));
  client.on("rejected", ({ id, turn, name, args, errors }) =>
    turns.reject(id, turn, name, args ?? {}, told(errors)),
  );
  client.on("cancel", ({ id, reason }) => turns.stop(id, reason));
  client.on("result", ({ id, ok, value, error }) => turns.finish(id, { ok, value, error }));
  client.on("ended", (frame) => ended(turns, frame));
  client.on("error", (error) => refused(turns, error));
}

function told(errors: Events["rejected"]["errors"]): string {
  return errors.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join("; ");
}

function ended(turns: Turns, { turn, status, text, error }: Events["ended"]): void {
  turns.end(turn, status, text, error && `${error.code}: ${error.message}`);
}

/** An instruction that was not accepted has no `turn.ended`: its turn ends here. */
function refused(turns: Turns, error: CapserverError): void {
  if (error.ref) turns.end(error.ref, "failed", "", `${error.code}: ${error.message}`);
}

/** The names of commands in doubt. */
export const inDoubt = (lost: readonly Lost[]): string => lost.map(({ name }) => name).join(", ");
