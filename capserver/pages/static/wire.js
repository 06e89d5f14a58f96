// @ts-check
/** The client's side of `capserver.v1` (PROTOCOL.md): numbering, acknowledging, coming back after a drop. Knows no command. */

const RELIABLE = new Set(['manifest.updated', 'turn.started', 'command', 'command.rejected', 'cancel', 'turn.ended', 'error']);
const REMEMBERED = 1024;
const ACK_EVERY = 8;
const ACK_WITHIN = 700; // ms; the protocol asks for 1 s
const STEADY = 5000; // ms that a connection must live before the next drop counts as the first
const HANDSHAKE = 10_000; // ms

/** @typedef {Record<string, any>} Frame without a prototype where it came from the server */
/** @typedef {{state: 'connecting' | 'open' | 'detached' | 'closed', reason?: string, code?: number, seconds?: number}} Status */
/** @typedef {{reason: string, commands: Frame[], unsent: Frame[]}} Loss */
/**
 * @typedef {object} Hooks
 * @property {(status: Status) => void} status
 * @property {(direction: 'in' | 'out', text: string, frame: Frame | null, again: boolean) => void} seen every frame, for the eye
 * @property {(frame: Frame) => void} take each message once
 * @property {(loss: Loss) => void} lost a session could not be resumed
 */

/** Parse a frame; objects have no prototype, so a key such as `__proto__` is a key. @param {string} text @returns {Frame} */
export function decode(text) {
  const value = JSON.parse(text, (_key, item) =>
    item !== null && typeof item === 'object' && !Array.isArray(item) ? Object.assign(Object.create(null), item) : item,
  );
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw new TypeError('the frame is no object');
  return value;
}

/** Full jitter: anything between nothing and a bound that doubles. @param {number} tries @returns {number} ms */
export const backoff = (tries) => Math.random() * Math.min(15_000, 500 * 2 ** tries);

/** Whether to come again after this close code. @param {number} code */
export const returns = (code) => code !== 1000 && !(code >= 4500 && code <= 4999);

export class Wire {
  #url;
  #manifest;
  #hooks;
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {{session: string, token: string, epoch: string, rev: number} | null} */
  #session = null;
  /** @type {Map<number, Frame>} what the server has not acknowledged, by `seq` */
  #outbox = new Map();
  /** @type {Set<string>} */
  #noted = new Set();
  #sent = 0;
  #taken = 0;
  #owed = 0;
  #tries = 0;
  #open = false;
  #retryAfter = 0;
  #ackTimer = 0;
  #retryTimer = 0;
  #quietTimer = 0;
  #steadyTimer = 0;
  #heartbeat = { interval: 10, timeout: 10 };
  /** @type {string | undefined} */
  #why;

  /** @param {string} url @param {() => Frame} manifest @param {Hooks} hooks */
  constructor(url, manifest, hooks) {
    this.#url = url;
    this.#manifest = manifest;
    this.#hooks = hooks;
    addEventListener('online', () => this.#retryTimer && this.connect());
  }

  connect() {
    clearTimeout(this.#retryTimer);
    this.#retryTimer = 0;
    if (this.#socket) return;
    this.#why = undefined;
    this.#hooks.status({ state: this.#session ? 'detached' : 'connecting' });
    const socket = new WebSocket(this.#url, 'capserver.v1');
    this.#socket = socket;
    socket.onopen = () => this.#write({ ...this.#manifest(), ...(this.#session && { resume: { ...this.#session, upto: this.#taken } }) });
    socket.onmessage = (event) => this.#receive(event.data);
    socket.onclose = (event) => this.#dropped(event.code, event.reason);
    this.#expect(HANDSHAKE, () => this.#dropped(1006, 'no answer'));
  }

  /** Number a frame and keep it until it is acknowledged; it goes now, or once there is a session. @param {Frame} frame */
  send(frame) {
    this.#sent += 1;
    const numbered = { ...frame, seq: this.#sent };
    this.#outbox.set(this.#sent, numbered);
    if (this.#open) this.#write(numbered);
  }

  /** End the session; nothing is left to resume. */
  close() {
    this.#session = null;
    this.#socket?.close(1000);
  }

  /** Cut the connection as a bad network would; the session stays. */
  cut() {
    const socket = this.#socket;
    this.#dropped(1006, 'cut');
    socket?.close(4000);
  }

  /** @param {Frame} frame @param {boolean} [again] */
  #write(frame, again = false) {
    const text = JSON.stringify(frame);
    this.#socket?.send(text);
    this.#hooks.seen('out', text, frame, again);
  }

  /** @param {unknown} data */
  #receive(data) {
    const text = String(data);
    let frame;
    try {
      frame = decode(text);
    } catch {
      return this.#hooks.seen('in', text, null, false);
    }
    const old = this.#open && RELIABLE.has(frame.type) && Number.isInteger(frame.seq) && frame.seq <= this.#taken;
    this.#hooks.seen('in', text, frame, old);
    this.#listen();
    if (old) return this.#acknowledge(false);
    if (frame.type === 'welcome') return this.#welcome(frame);
    if (frame.type === 'ack') return this.#forget(frame.upto);
    if (frame.type === 'error' && !this.#open) this.#refused(frame);
    if (this.#note(frame)) this.#hooks.take(frame);
  }

  /** Count and acknowledge a numbered frame; false where its command was noted before. @param {Frame} frame */
  #note(frame) {
    const command = frame.type === 'command';
    const known = command && this.#noted.has(frame.id);
    if (command) this.#remember(frame.id);
    if (this.#open && RELIABLE.has(frame.type) && Number.isInteger(frame.seq)) {
      this.#taken = frame.seq;
      this.#acknowledge(command);
    }
    return !known;
  }

  /** @param {string} id */
  #remember(id) {
    this.#noted.add(id);
    if (this.#noted.size > REMEMBERED) this.#noted.delete(/** @type {string} */ (this.#noted.values().next().value));
  }

  /** @param {boolean} now */
  #acknowledge(now) {
    this.#owed += 1;
    if (now || this.#owed >= ACK_EVERY) return this.#ack();
    if (!this.#ackTimer) this.#ackTimer = setTimeout(() => this.#ack(), ACK_WITHIN);
  }

  #ack() {
    clearTimeout(this.#ackTimer);
    this.#ackTimer = 0;
    this.#owed = 0;
    if (this.#open) this.#write({ type: 'ack', upto: this.#taken });
  }

  /** @param {number} upto */
  #forget(upto) {
    for (const seq of this.#outbox.keys()) if (seq <= upto) this.#outbox.delete(seq);
  }

  /** @param {Frame} frame */
  #welcome(frame) {
    if (this.#session && !frame.resumed) this.#lose(frame);
    this.#session = { session: frame.session, token: frame.token, epoch: frame.epoch, rev: frame.rev };
    this.#heartbeat = { interval: frame.heartbeat?.interval || 10, timeout: frame.heartbeat?.timeout || 10 };
    this.#open = true;
    this.#retryAfter = 0;
    this.#steadyTimer = setTimeout(() => { this.#tries = 0; }, STEADY);
    this.#forget(frame.upto);
    for (const [, kept] of this.#outbox) this.#write(kept, frame.resumed);
    this.#listen();
    this.#hooks.take(frame);
    this.#hooks.status({ state: 'open' });
  }

  /** The old session is over: nothing of it is sent again, its caller is told. @param {Frame} frame */
  #lose(frame) {
    const unsent = [...this.#outbox.values()];
    this.#outbox.clear();
    this.#noted.clear();
    this.#sent = this.#taken = this.#owed = 0;
    this.#hooks.lost({ reason: frame.reason ?? 'unknown', commands: frame.lost ?? [], unsent });
  }

  /** @param {Frame} frame */
  #refused(frame) {
    this.#why = `${frame.code}: ${frame.message}`;
    this.#retryAfter = Number(frame.retry_after) || 0;
  }

  /** @param {number} ms @param {() => void} then */
  #expect(ms, then) {
    clearTimeout(this.#quietTimer);
    this.#quietTimer = setTimeout(then, ms);
  }

  /** Something was heard; ask once it has been quiet for a while, and give up where no answer comes. */
  #listen() {
    if (!this.#open) return;
    const { interval, timeout } = this.#heartbeat;
    this.#expect(interval * 1000, () => {
      this.#write({ type: 'ping', t: Date.now() });
      this.#expect(timeout * 1000, () => this.#dropped(1006, 'no answer'));
    });
  }

  /** @param {number} code @param {string} reason */
  #dropped(code, reason) {
    const socket = this.#socket;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    if (socket.readyState <= WebSocket.OPEN) socket.close();
    this.#socket = null;
    this.#open = false;
    for (const timer of [this.#ackTimer, this.#quietTimer, this.#steadyTimer]) clearTimeout(timer);
    this.#ackTimer = 0;
    const why = this.#why ?? reason;
    if (!returns(code)) {
      this.#session = null;
      return this.#hooks.status({ state: 'closed', code, reason: why });
    }
    const wait = Math.max(backoff(this.#tries), this.#retryAfter * 1000);
    this.#tries += 1;
    this.#retryTimer = setTimeout(() => this.connect(), wait);
    this.#hooks.status({ state: this.#session ? 'detached' : 'connecting', code, reason: why, seconds: Math.ceil(wait / 1000) });
  }
}
