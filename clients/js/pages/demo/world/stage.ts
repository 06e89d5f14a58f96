/** The world without a picture: the character, the things, and a clock that is driven from outside. */
import { Camera } from "./camera.ts";
import { Gaze } from "./gaze.ts";
import { Ling } from "./ling.ts";
import { type Motion, Player } from "./motion.ts";
import { poked } from "./moves/gestures.ts";
import { apart, inRoom, nearestPlace, placeOf } from "./places.ts";
import { SILENCE, type Sounds } from "./sounds.ts";
import { Speech } from "./speech.ts";
import { freeSpot, groundAt, THING_IDS, Thing, type ThingId } from "./things.ts";

export interface Events {
  /** The character was clicked. */
  poked: { times: number };
  /** A person moved a thing. */
  moved: { id: ThingId; name: string; place: string };
  clicked: { id: ThingId; name: string; place: string };
  /** The vocabulary tells something else of its things than before. */
  changed: { list: "objects" };
}

type Listener<K extends keyof Events> = (detail: Events[K]) => void;

const STEP = 1 / 120;
const LONGEST_JUMP = 3;
const IN_A_ROW = 4;

export class Stage {
  readonly player = new Player();
  readonly ling = new Ling();
  readonly gaze = new Gaze(this.ling);
  readonly camera = new Camera(this.ling);
  readonly speech: Speech;
  readonly things: ReadonlyMap<ThingId, Thing> = new Map(THING_IDS.map((id) => [id, new Thing(id)]));
  readonly counts = { waves: 0, jumps: 0, dances: 0, pokes: 0 };
  readonly performed: Record<string, number> = {};
  /** The names of the commands that run now, and how they tell how far they are. */
  readonly running = new Map<string, string>();
  time = 0;
  /** Seconds since anything but breathing moved. */
  still = 0;
  #owed = 0;
  #lastPoke = -10;
  #row = 0;
  #poking: AbortController | null = null;
  #settling = new Set<Thing>();
  readonly #listeners = new Map<keyof Events, Set<Listener<never>>>();

  constructor(readonly sounds: Sounds = SILENCE) {
    this.speech = new Speech(this.ling, sounds);
  }

  /** Reduced motion: small, short, no sweeps. */
  get calm(): boolean {
    return this.ling.calm;
  }

  set calm(calm: boolean) {
    this.ling.calm = calm;
  }

  /** With reduced motion one is there sooner. */
  get haste(): number {
    return this.calm ? 1.8 : 1;
  }

  /** Moves everything on by so many seconds, in equal steps. */
  advance(seconds: number): void {
    this.#owed = Math.min(this.#owed + seconds, LONGEST_JUMP);
    for (; this.#owed >= STEP; this.#owed -= STEP) this.#step();
  }

  #step(): void {
    this.time += STEP;
    this.player.step(STEP);
    for (const thing of this.things.values()) thing.step(STEP);
    this.gaze.step(STEP);
    this.speech.step(STEP);
    this.ling.step(STEP);
    this.#settle();
    this.still = this.#active() ? 0 : this.still + STEP;
  }

  #active(): boolean {
    return (
      this.player.busy ||
      this.speech.visible ||
      this.#settling.size > 0 ||
      Math.abs(this.ling.pose.now.lift) > 0.01
    );
  }

  /** For a motion: how far it is, 0 to 1. */
  report(share: number): void {
    this.player.report(share);
  }

  play<T>(motion: Motion<T>, signal?: AbortSignal, report?: (share: number) => void): Promise<T> {
    return this.player.play(motion, signal, report);
  }

  /** She took it, put it down or threw it: the vocabulary tells so once it lies still. */
  touched(thing: Thing): void {
    this.#settling.add(thing);
  }

  #settle(): void {
    for (const thing of this.#settling) {
      if (!thing.resting && thing.held === null) continue;
      this.#settling.delete(thing);
      this.emit("changed", { list: "objects" });
    }
  }

  /** A person poked her: she reacts at once, whatever she does. */
  poke(): void {
    this.#row = this.time - this.#lastPoke < IN_A_ROW ? this.#row + 1 : 0;
    this.#lastPoke = this.time;
    this.counts.pokes += 1;
    this.#poking?.abort(new Error("poked again"));
    this.#poking = new AbortController();
    this.sounds.play("giggle");
    this.play(poked(this, this.#row), this.#poking.signal).catch(() => {});
    this.emit("poked", { times: this.#row + 1 });
  }

  click(id: ThingId): void {
    const thing = this.thing(id);
    if (thing.held === null) thing.release(0, 1.6, 0);
    this.touched(thing);
    this.gaze.at(() => thing, 2);
    this.emit("clicked", this.#detail(thing));
  }

  /** A person takes hold of a thing, out of her hand if need be. */
  grab(id: ThingId): Thing {
    const thing = this.thing(id);
    if (this.ling.holding === thing) {
      this.ling.let();
      this.ling.pose.kick("stretch", 2);
      this.ling.pose.kick("pupil", -4);
    }
    thing.held = "person";
    this.gaze.at(() => thing, 60);
    return thing;
  }

  /** A person lets go of it: it falls where it is. */
  drop(id: ThingId): void {
    const thing = this.thing(id);
    Object.assign(thing, inRoom(thing, thing.radius));
    thing.y = Math.max(thing.y, groundAt(thing));
    thing.release();
    this.gaze.at(() => thing, 1.6);
    this.touched(thing);
    this.emit("moved", this.#detail(thing));
  }

  /** Puts a thing at a place without dragging: the keyboard's way. */
  moveObject(id: ThingId, placeId: string): void {
    const place = placeOf(placeId);
    if (!place) return;
    const thing = this.grab(id);
    const spot = freeSpot(place.drop, this.things.values(), thing);
    thing.put({ ...spot, y: Math.max(place.drop.y, groundAt(spot)) + 0.5 });
    this.drop(id);
  }

  thing(id: ThingId): Thing {
    const thing = this.things.get(id);
    if (!thing) throw new Error(`no thing ${id}`);
    return thing;
  }

  #detail(thing: Thing): { id: ThingId; name: string; place: string } {
    return { id: thing.id, name: thing.names[0] ?? thing.id, place: nearestPlace(thing).id };
  }

  /** The thing nearest to a point on the floor, for looks and clicks that miss by a little. */
  thingNear(point: { x: number; z: number }, within: number): Thing | undefined {
    return [...this.things.values()].find((thing) => apart(thing, point) < within);
  }

  on<K extends keyof Events>(event: K, listener: Listener<K>): () => void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(listener as Listener<never>));
    return () => listeners.delete(listener as Listener<never>);
  }

  emit<K extends keyof Events>(event: K, detail: Events[K]): void {
    for (const listener of this.#listeners.get(event) ?? []) (listener as Listener<K>)(detail);
  }
}
