// @ts-check
/** Runs commands: those of one lane one after the other, lanes side by side. Each ends once. */

/** @typedef {import('./wire.js').Frame} Frame */
/** @typedef {{ok: true, value?: unknown} | {ok: false, error: {code: string, message: string}}} Outcome */

/** One command, from its first `command.delta` or its `command` on. */
export class Job {
  #abort = new AbortController();
  /** @type {(frame: Frame) => void} */
  #given = () => {};
  /** What a streamed parameter holds so far. */
  draft = '';
  /** Called when `draft` has grown. */
  ondraft = () => {};
  started = false;
  /** Whether the whole command is here. */
  given = false;

  /** @param {string} id @param {string} name @param {string | null} turn @param {string} lane */
  constructor(id, name, turn, lane) {
    this.id = id;
    this.name = name;
    this.turn = turn;
    this.lane = lane;
    /** @type {Promise<Frame>} the whole command, once it is written */
    this.whole = new Promise((resolve, reject) => {
      this.#given = resolve;
      this.signal.addEventListener('abort', () => reject(this.signal.reason), { once: true });
    });
    this.whole.catch(() => {});
  }

  get signal() {
    return this.#abort.signal;
  }

  /** @param {Frame} frame */
  complete(frame) {
    this.given = true;
    this.#given(frame);
  }

  /** @param {string} delta */
  grow(delta) {
    this.draft += delta;
    this.ondraft();
  }

  /** @param {string} reason */
  stop(reason) {
    this.#abort.abort(new DOMException(reason, 'AbortError'));
  }
}

export class Lanes {
  /** @type {Map<string, Job>} */
  #jobs = new Map();
  /** @type {Map<string, Promise<void>>} the end of each lane */
  #tails = new Map();

  /**
   * @param {(name: string) => string} laneOf
   * @param {(job: Job) => Promise<unknown>} perform rejects where the command failed, or its `signal` aborted
   * @param {(job: Job, outcome: Outcome) => void} ended not called for what was stopped: no result is owed
   */
  constructor(laneOf, perform, ended) {
    this.laneOf = laneOf;
    this.perform = perform;
    this.ended = ended;
  }

  /** A part of a streamed parameter. @param {Frame} frame */
  delta(frame) {
    this.#job(frame, this.laneOf(frame.name)).grow(String(frame.delta));
  }

  /** @param {Frame} frame @returns {Job} */
  command(frame) {
    const job = this.#job(frame, frame.lane ?? this.laneOf(frame.name));
    job.complete(frame);
    return job;
  }

  /** @param {string} id @param {string} reason */
  cancel(id, reason) {
    this.#jobs.get(id)?.stop(reason);
    this.#jobs.delete(id);
  }

  /** Stop what a turn began to write and never finished, or everything. @param {(job: Job) => boolean} [which] */
  clear(which = () => true) {
    for (const job of [...this.#jobs.values()]) if (which(job)) this.cancel(job.id, 'cancelled');
  }

  get size() {
    return this.#jobs.size;
  }

  /** @param {Frame} frame @param {string} lane */
  #job(frame, lane) {
    const known = this.#jobs.get(frame.id);
    if (known) return known;
    const job = new Job(frame.id, frame.name, frame.turn ?? null, lane);
    this.#jobs.set(job.id, job);
    const before = this.#tails.get(lane) ?? Promise.resolve();
    this.#tails.set(lane, before.then(() => this.#run(job)));
    return job;
  }

  /** @param {Job} job */
  async #run(job) {
    if (job.signal.aborted) return;
    /** @type {Outcome} */
    let outcome;
    job.started = true;
    try {
      const value = await this.perform(job);
      outcome = value === undefined ? { ok: true } : { ok: true, value };
    } catch (error) {
      outcome = { ok: false, error: { code: 'failed', message: error instanceof Error ? error.message : String(error) } };
    }
    if (job.signal.aborted || !this.#jobs.delete(job.id)) return;
    this.ended(job, outcome);
  }
}
