/** Server-sent events out of pieces of text, as the HTML standard parses them. */

export interface ServerEvent {
  event: string;
  data: string;
}

/** More than this without a line's end is not an event stream. */
const LONGEST = 64 * 1024 * 1024;

export class EventParser {
  #rest = "";
  #event = "";
  #data: string[] = [];
  #started = false;

  /** The events that `piece` completes. Raises RangeError for a line without end. */
  push(piece: string): ServerEvent[] {
    const events: ServerEvent[] = [];
    this.#rest += this.#started ? piece : piece.replace(/^\ufeff/, "");
    this.#started ||= piece !== "";
    let from = 0;
    for (let end = lineEnd(this.#rest, from); end; end = lineEnd(this.#rest, from)) {
      this.#line(this.#rest.slice(from, end.at), events);
      from = end.next;
    }
    this.#rest = this.#rest.slice(from);
    if (this.#rest.length > LONGEST) throw new RangeError("a line of the event stream has no end");
    return events;
  }

  #line(line: string, events: ServerEvent[]): void {
    if (line === "") {
      if (this.#data.length > 0)
        events.push({ event: this.#event || "message", data: this.#data.join("\n") });
      this.#event = "";
      this.#data = [];
      return;
    }
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") this.#event = value;
    if (field === "data") this.#data.push(value);
  }
}

/** Where the line from `from` on ends. A lone CR at the very end may be half of a CRLF: not yet. */
function lineEnd(text: string, from: number): { at: number; next: number } | undefined {
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 10) return { at, next: at + 1 };
    if (code !== 13) continue;
    if (at + 1 === text.length) return undefined;
    return { at, next: text.charCodeAt(at + 1) === 10 ? at + 2 : at + 1 };
  }
  return undefined;
}
