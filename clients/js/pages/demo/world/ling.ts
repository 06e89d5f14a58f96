/** The character: where she is, how she stands, what she has in her hand, and the layers that move her joints. */
import { aimsOf, type Expression } from "./expressions.ts";
import { dice, mix } from "./motion.ts";
import { type Aims, Pose } from "./pose.ts";
import type { Thing } from "./things.ts";

/** How large she is: her parts are measured for a height of 1.5 m. */
export const SIZE = 1.42;

export type Posture = "standing" | "sitting";

const CARRYING: Aims = { armRRaise: 1.0, armRSpread: 0.12, armRBend: 0.3, tilt: 0.03 };
const SITTING: Aims = {
  sit: 1,
  crouch: 0.22,
  lean: -0.06,
  armLRaise: 0.35,
  armRRaise: 0.2,
  armLSpread: -0.1,
  armRSpread: -0.1,
  tailLift: 0.25,
};

export class Ling {
  readonly pose = new Pose();
  /** What she sits on, what she carries, what she feels: each stays until it changes. */
  readonly stance = this.pose.layer();
  readonly carry = this.pose.layer();
  readonly mood = this.pose.layer();
  /** One a lane, and one for what comes over her; each is cleared when its motion ends. */
  readonly act = this.pose.layer();
  readonly head = this.pose.layer();
  readonly stride = this.pose.layer();
  readonly gaze = this.pose.layer();
  readonly talk = this.pose.layer();
  readonly reflex = this.pose.layer();
  readonly life = this.pose.layer();

  x = 0;
  z = 0.35;
  /** Radians to her left from facing the viewer. */
  heading = 0.18;
  posture: Posture = "standing";
  seat: string | null = null;
  expression: Expression = "neutral";
  color = "#5fc9a2";
  colorName = "jade";
  holding: Thing | null = null;
  /** 0–1, of the eyes by blinking. */
  lids = 0;
  readonly random = dice(20260);
  time = 0;
  #nextBlink = 1.4;
  #blink = -1;
  #twice = false;
  #nextFidget = 3;
  /** Reduced motion: she only breathes and blinks. */
  calm = false;

  feel(expression: Expression): void {
    this.expression = expression;
    this.mood.clear();
    this.mood.aim(aimsOf(expression));
    this.#nextBlink = 1.6;
  }

  take(thing: Thing): void {
    thing.held = "ling";
    this.holding = thing;
    this.carry.aim(CARRYING);
  }

  /** Lets go of what she has, which is then where it was. */
  let(): Thing | null {
    const thing = this.holding;
    this.holding = null;
    this.carry.clear();
    if (thing) thing.held = null;
    return thing;
  }

  sitDown(seat: string | null, height: number): void {
    this.posture = "sitting";
    this.seat = seat;
    this.stance.aim({ ...SITTING, floor: height });
  }

  standUp(): void {
    this.posture = "standing";
    this.seat = null;
    this.stance.clear();
  }

  /** A point in front of her, at that distance. */
  ahead(distance: number, aside = 0): { x: number; z: number } {
    const [sin, cos] = [Math.sin(this.heading), Math.cos(this.heading)];
    return { x: this.x + sin * distance + cos * aside, z: this.z + cos * distance - sin * aside };
  }

  /** The height of her hand when she carries. */
  get handHeight(): number {
    return 0.56 + this.pose.now.floor + this.pose.now.lift;
  }

  step(seconds: number): void {
    this.time += seconds;
    this.#breathe();
    this.#winkle(seconds);
    this.#fidget(seconds);
    this.pose.step(seconds);
    this.#carryAlong();
  }

  #breathe(): void {
    const breath = Math.sin(this.time * 1.9);
    this.life.aim({
      stretch: breath * 0.018,
      armLSpread: breath * 0.03,
      armRSpread: breath * 0.03,
      headPitch: breath * -0.012,
      sway: Math.sin(this.time * 0.7) * 0.008,
    });
  }

  #winkle(seconds: number): void {
    this.#nextBlink -= seconds;
    if (this.#nextBlink <= 0) this.#startBlink();
    if (this.#blink < 0) return;
    this.#blink += seconds / 0.17;
    this.lids = this.#blink >= 1 ? 0 : Math.sin(Math.PI * Math.min(this.#blink, 1)) ** 0.6;
    if (this.#blink >= 1) this.#blink = -1;
  }

  /** Now and then an ear twitches, the tail flicks, or she stretches a little. */
  #fidget(seconds: number): void {
    this.#nextFidget -= seconds;
    if (this.#nextFidget > 0) return;
    this.#nextFidget = mix(2.2, 6, this.random());
    const what = this.random();
    if (this.calm) return;
    if (what < 0.3) this.pose.kick("earL", 9);
    else if (what < 0.6) this.pose.kick("earR", 9);
    else if (what < 0.8) this.pose.kick("tailWag", 5);
    else if (what < 0.9) this.pose.kick("headRoll", 2.4);
    else this.pose.kick("stretch", 1.1);
  }

  #startBlink(): void {
    this.#blink = 0;
    this.#twice = !this.#twice && this.random() < 0.2;
    this.#nextBlink = this.#twice ? 0.24 : mix(1.8, 5, this.random());
  }

  #carryAlong(): void {
    if (!this.holding) return;
    const hand = this.ahead(0.5, -0.29);
    this.holding.x = hand.x;
    this.holding.z = hand.z;
    this.holding.y = this.handHeight;
    this.holding.heading = this.heading;
  }
}
