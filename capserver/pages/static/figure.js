// @ts-check
/** Draws the spirit's pose into the SVG, and lives a little while nothing is asked of it. */
import { Rig, ease } from './rig.js';

const SVG = 'http://www.w3.org/2000/svg';
const ROUND = 62; // px: the radius on which the parts sit, so that turning looks round
const RADIANS = Math.PI / 180;

/** @type {ReadonlyMap<string, [angle: number, height: number]>} where on the body each part sits */
const PARTS = new Map([
  ['eye-r', [-29, -92]], ['eye-l', [29, -92]], ['mouth', [0, -73]], ['cheek-r', [-50, -74]], ['cheek-l', [50, -74]],
  ['bell', [0, -40]], ['tail', [180, -26]],
]);

const LOOSE = [
  'spirit', 'shadow', 'body', 'belly', 'cord', 'flame', 'ember', 'clapper', 'lips', 'tongue', 'foot-l', 'foot-r', 'arm-l', 'arm-r',
  'behind', 'front', 'motes',
];

/** @type {ReadonlyMap<string, string>} */
const MOTES = new Map([
  ['note', 'M-2 8a4 3 0 1 1-1-5V-9L8-11V5a4 3 0 1 1-2-4V-7L-2-5Z'],
  ['heart', 'M0 8C-14-2-10-11-4-11-1-11 0-8 0-7 0-8 1-11 4-11 10-11 14-2 0 8Z'],
  ['spark', 'M0-10Q1.5-1.5 10 0 1.5 1.5 0 10-1.5 1.5-10 0-1.5-1.5 0-10Z'],
  ['z', 'M-6-7H6L-4 6H7'],
]);

/** Digits enough for the eye. @param {number} value */
const n = (value) => value.toFixed(2);

/** @param {number} value */
const unit = (value) => Math.max(0, Math.min(1, value));

/** @param {string} id @returns {SVGElement} */
const part = (id) => /** @type {SVGElement} */ (/** @type {unknown} */ (document.getElementById(id)));

/** A weight on a spring that follows what it hangs on, a little late. */
class Spring {
  at = 0;
  #speed = 0;
  /** @param {number} stiff @param {number} damp */
  constructor(stiff, damp) {
    this.stiff = stiff;
    this.damp = damp;
  }
  /** @param {number} goal @param {number} seconds */
  follow(goal, seconds) {
    this.#speed += ((goal - this.at) * this.stiff - this.#speed * this.damp) * seconds;
    this.at += this.#speed * seconds;
    return this.at;
  }
}

export class Figure {
  rig = new Rig();
  /** What is known of it; the page tells tests and the model from here. */
  facts = {
    spot: 'rug', posture: 'standing', facing: 'front', expression: 'neutral', color: 'jade', energy: 90,
    jumps: 0, waves: 0, spins: 0, dances: 0, said: /** @type {string[]} */ ([]),
  };
  #svg = /** @type {SVGSVGElement} */ (/** @type {unknown} */ (part('scene')));
  #parts = new Map([...PARTS.keys(), ...LOOSE].map((id) => [id, part(id)]));
  #wisp = new Spring(120, 9);
  #plume = new Spring(150, 10);
  #swing = new Spring(90, 5);
  #gaze = { x: 0, y: 0, goalX: 0, goalY: 0, next: 0 };
  #blink = { at: 1200, from: 0 };
  #last = { now: 0, x: 240, y: 0 };
  #snore = 0;
  /** @type {(x: number, y: number) => void} */
  onmove = () => {};

  constructor() {
    const calm = matchMedia('(prefers-reduced-motion: reduce)');
    const adapt = () => { this.rig.amount = calm.matches ? 0.15 : 1; };
    calm.addEventListener('change', adapt);
    adapt();
    this.#run();
  }

  /** Draw each frame; in a hidden tab more slowly, so that commands still end. */
  #run() {
    let pending = 0;
    const tick = () => {
      this.#frame(performance.now());
      plan();
    };
    const plan = () => {
      clearTimeout(pending);
      if (document.hidden) pending = setTimeout(tick, 200);
      else requestAnimationFrame(tick);
    };
    document.addEventListener('visibilitychange', () => { if (document.hidden) plan(); });
    plan();
  }

  /** @param {number} now ms */
  #frame(now) {
    const seconds = Math.min(0.04, Math.max(0.001, (now - this.#last.now) / 1000));
    this.rig.advance(now);
    const { pose } = this.rig;
    const speed = (pose.x - this.#last.x) / seconds;
    const rise = (pose.y - this.#last.y) / seconds;
    this.#last = { now, x: pose.x, y: pose.y };
    this.#live(now, seconds);
    this.#drawBody(now);
    this.#drawFace(now);
    this.#drawLoose(now, seconds, speed, rise);
  }

  /** Let the eyes wander, and snore. @param {number} now @param {number} seconds */
  #live(now, seconds) {
    const gaze = this.#gaze;
    if (now > gaze.next) {
      const home = Math.random() < 0.5;
      gaze.goalX = home ? 0 : Math.random() * 1.4 - 0.7;
      gaze.goalY = home ? 0 : Math.random() * 0.8 - 0.4;
      gaze.next = now + 1400 + Math.random() * 2600;
    }
    const pace = Math.min(1, seconds * 9);
    gaze.x += (gaze.goalX - gaze.x) * pace;
    gaze.y += (gaze.goalY - gaze.y) * pace;
    if (this.facts.posture === 'asleep' && now > this.#snore) {
      this.#snore = now + 1300;
      this.emit('z', 1);
    }
  }

  /** Let it look at a point of the screen for a while. @param {number} clientX @param {number} clientY */
  glance(clientX, clientY) {
    const box = this.#svg.getBoundingClientRect();
    const [x, y] = this.head();
    const clamp = (/** @type {number} */ v) => Math.max(-1, Math.min(1, v));
    this.#gaze.goalX = clamp((clientX - box.left - x) / 260);
    this.#gaze.goalY = clamp((clientY - box.top - y - 60) / 200);
    this.#gaze.next = performance.now() + 1600;
  }

  /** @param {number} now */
  #drawBody(now) {
    const { pose: p, amount } = this.rig;
    const size = 0.84 + 0.16 * p.depth;
    const breath = Math.sin(now / (p.lie > 0.5 ? 900 : 620)) * (0.012 + 0.02 * p.lie) * (amount < 1 ? 0.3 : 1);
    const tall = p.squash * (1 + breath) * (1 - 0.34 * p.lie) * (1 - 0.07 * p.sit);
    const broad = (1 / p.squash ** 0.8) * (1 - breath * 0.7) * (1 + 0.26 * p.lie) * (1 + 0.05 * p.sit);
    const up = -p.y - p.floor - 9 * p.sit * (1 - p.lie);
    this.#move('spirit', `translate(${n(p.x)} ${n(ground(p))}) scale(${n(size)})`);
    this.#move('body', `translate(0 ${n(up)}) rotate(${n(p.tilt)}) scale(${broad.toFixed(4)} ${tall.toFixed(4)})`);
    const near = 1 / (1 + p.y / 90);
    this.#move('shadow', `scale(${n(near * (1 + 0.26 * p.lie))} ${n(near)})`);
    this.#set('shadow', 'opacity', n(0.35 + 0.65 * near));
    for (const [id, place] of PARTS) this.#place(id, ...place);
    this.#limbs(p);
    const [side, turn] = [Math.sin(p.yaw * RADIANS), Math.cos(p.yaw * RADIANS)];
    this.#set('belly', 'opacity', n(unit(turn)));
    this.#set('belly', 'cx', n(side * 34));
    this.#set('cord', 'd', `M-66-59Q${n(side * 40)} ${n(-57 + 19 * turn)} 66-59`);
  }

  /** Put a part on the round of the body, hidden behind it. @param {string} id @param {number} angle @param {number} height */
  #place(id, angle, height) {
    const { pose: p } = this.rig;
    const face = height < -60;
    const look = face ? (p.lookX + this.#gaze.x * 0.35 * (1 - p.shut)) * 9 : 0;
    const lower = face ? (p.lookY + this.#gaze.y * 0.35 * (1 - p.shut)) * 7 : 0;
    const radians = (p.yaw + look + angle) * RADIANS;
    const front = Math.cos(radians);
    const broad = front / Math.abs(Math.cos(angle * RADIANS));
    const shown = front > (face ? 0.24 : 0.12);
    const x = Math.sin(radians) * (face ? ROUND - 8 : ROUND);
    this.#set(id, 'visibility', shown ? 'inherit' : 'hidden');
    if (shown) this.#move(id, `translate(${n(x)} ${n(height + lower)}) scale(${n(Math.min(1.1, broad))} 1)`);
  }

  /** @param {import('./rig.js').Pose} p */
  #limbs(p) {
    for (const [side, sign, lift, step] of /** @type {const} */ ([['l', 1, p.armL, p.footL], ['r', -1, p.armR, p.footR]])) {
      const arm = (p.yaw + sign * 80) * RADIANS;
      const foot = (p.yaw + sign * (24 + 12 * p.sit)) * RADIANS;
      const slot = this.#parts.get(Math.cos(arm) < -0.12 ? 'behind' : 'front');
      const limb = this.#parts.get(`arm-${side}`);
      if (limb && slot && limb.parentNode !== slot) slot.append(limb);
      const rest = 16 + 18 * p.sit + 30 * p.lie;
      this.#move(`arm-${side}`, `translate(${n(Math.sin(arm) * 64)} -60) rotate(${n(-sign * (rest + lift))})`);
      const low = -4 - step + 7 * p.sit + 3 * Math.cos(foot);
      this.#move(`foot-${side}`, `translate(${n(Math.sin(foot) * 56)} ${n(low)}) scale(${n(1 + 0.18 * p.sit)})`);
      this.#parts.get(`foot-${side}`)?.classList.toggle('seated', p.sit > 0.5);
    }
  }

  /** @param {number} now */
  #drawFace(now) {
    const { pose: p } = this.rig;
    if (now > this.#blink.at) {
      const twice = Math.random() < 0.18;
      this.#blink = { from: now, at: now + (twice ? 260 : 2200 + Math.random() * 3200) };
    }
    const since = (now - this.#blink.from) / 150;
    const open = Math.max(0.07, p.open * (since < 1 ? Math.abs(1 - since * 2) : 1));
    this.#drawEye('l', 1, open, now);
    this.#drawEye('r', -1, open, now);
    this.#drawMouth(p, now);
  }

  /** @param {'l' | 'r'} side @param {number} sign @param {number} open @param {number} now */
  #drawEye(side, sign, open, now) {
    const { pose: p } = this.rig;
    const [ball, lid, heart, brow, tear] = this.#parts.get(`eye-${side}`)?.children ?? [];
    ball.setAttribute('transform', `scale(1 ${n(open)})`);
    ball.setAttribute('opacity', p.shut > 0.5 || p.heart > 0.5 ? '0' : '1');
    lid.setAttribute('d', `M-10 ${n(p.arc * 3)}Q0 ${n(-p.arc * 13)} 10 ${n(p.arc * 3)}`);
    lid.setAttribute('opacity', p.shut > 0.5 ? '1' : '0');
    heart.setAttribute('transform', `scale(${n(unit(p.heart) * (1 + 0.08 * Math.sin(now / 130)))})`);
    brow.setAttribute('transform', `translate(0 ${n(-p.lift)}) rotate(${n(-sign * p.brow * 20)})`);
    brow.setAttribute('opacity', n(unit(Math.abs(p.brow) + Math.abs(p.lift) / 4)));
    tear.setAttribute('opacity', side === 'l' ? n(unit(p.tear)) : '0');
    this.#set(`cheek-${side}`, 'opacity', n(unit(p.blush)));
  }

  /** @param {import('./rig.js').Pose} p @param {number} now */
  #drawMouth(p, now) {
    const talk = p.talk * (0.3 + 0.3 * Math.sin(now / 55) + 0.25 * Math.sin(now / 23));
    const gape = Math.max(0, p.gape + talk);
    const half = 9 * p.wide;
    const top = p.mouth * 9 - gape * 8;
    const bottom = p.mouth * 9 + gape * 17;
    const corner = n(-p.mouth * 2);
    this.#set('lips', 'd', `M${n(-half)} ${corner}Q0 ${n(top)} ${n(half)} ${corner}Q0 ${n(bottom)} ${n(-half)} ${corner}Z`);
    this.#set('tongue', 'd', `M${n(-half * 0.45)} ${n(bottom * 0.5 - 1.6)}q${n(half * 0.45)}-4 ${n(half * 0.9)} 0`);
    this.#set('tongue', 'opacity', gape > 0.3 ? '1' : '0');
  }

  /** What hangs loose: the flame on the head, the bell. @param {number} now @param {number} seconds @param {number} speed @param {number} rise */
  #drawLoose(now, seconds, speed, rise) {
    const { pose: p, amount } = this.rig;
    const alive = amount < 1 ? 0 : 1;
    const drift = (Math.sin(now / 480) * 4 + Math.sin(now / 1130) * 3) * alive;
    const bend = this.#wisp.follow(drift - speed * 0.075 - p.tilt * 0.8 + p.lie * 15, seconds);
    const pressed = Math.max(-60, Math.min(60, rise * 0.03)) + p.lie * 12;
    const high = 34 - this.#plume.follow(pressed, seconds) + Math.sin(now / 210) * 1.5 * alive;
    this.#set('flame', 'd', flame(bend, Math.max(8, high), 13));
    this.#set('ember', 'd', flame(bend * 0.5, Math.max(5, high * 0.55), 7));
    this.#move('clapper', `rotate(${n(this.#swing.follow(-speed * 0.1 - p.tilt * 1.5 + rise * 0.01, seconds))})`);
    if (Math.abs(speed) + Math.abs(rise) + p.talk > 0 || this.rig.busy) this.onmove(...this.head());
  }

  /** Where the top of the head is, in px from the corner of the picture. @returns {[number, number]} */
  head() {
    const { pose: p } = this.rig;
    const matrix = this.#svg.getScreenCTM();
    const box = this.#svg.getBoundingClientRect();
    if (!matrix) return [0, 0];
    const top = ground(p) - p.floor - p.y - (152 - 46 * p.lie) * (0.84 + 0.16 * p.depth);
    return [p.x * matrix.a + matrix.e - box.left, top * matrix.d + matrix.f - box.top];
  }

  /** Let small things rise from it. @param {string} kind of `MOTES` @param {number} count */
  emit(kind, count) {
    const layer = this.#parts.get('motes');
    if (!layer || layer.childElementCount > 24) return;
    for (let i = 0; i < count; i++) {
      const mote = document.createElementNS(SVG, 'path');
      mote.setAttribute('d', MOTES.get(kind) ?? '');
      mote.setAttribute('class', `mote ${kind}`);
      layer.append(mote);
      const rising = mote.animate(this.#rise(kind === 'z'), { duration: 1500, delay: i * 90, easing: 'ease-out', fill: 'both' });
      rising.onfinish = rising.oncancel = () => mote.remove();
    }
  }

  /** The way of one mote: from beside the mouth where it `snores`, else from anywhere. @param {boolean} snores @returns {Keyframe[]} */
  #rise(snores) {
    const { pose: p, amount } = this.rig;
    const x = p.x + (snores ? 34 : (Math.random() - 0.5) * 150);
    const y = ground(p) - p.floor - p.y - (snores ? 96 : 70 + Math.random() * 80);
    const drift = (snores ? 26 : (Math.random() - 0.5) * 60) * amount;
    return [
      { transform: `translate(${x}px, ${y}px) scale(.2)`, opacity: 0 },
      { transform: `translate(${x + drift * 0.5}px, ${y - 28 * amount}px) scale(1)`, opacity: 1, offset: 0.3 },
      { transform: `translate(${x + drift}px, ${y - 74 * amount}px) scale(.9) rotate(${drift / 2}deg)`, opacity: 0 },
    ];
  }

  /** @param {string} hex */
  paint(hex) {
    this.#svg.style.setProperty('--spirit', hex);
  }

  /** A small answer to a touch; not a command. */
  giggle() {
    if (this.rig.busy) return;
    this.rig.to({ squash: 0.86 }, 90, ease.out).then(() => this.rig.to({ squash: 1 }, 420, ease.back));
    this.emit(this.facts.posture === 'asleep' ? 'z' : 'heart', 2);
  }

  /** @param {string} id @param {string} transform */
  #move(id, transform) {
    this.#set(id, 'transform', transform);
  }

  /** @param {string} id @param {string} attribute @param {string} value */
  #set(id, attribute, value) {
    this.#parts.get(id)?.setAttribute(attribute, value);
  }
}

/** Where the floor is in the picture, px. @param {{depth: number}} pose */
const ground = ({ depth }) => 296 + 48 * depth;

/** @param {number} bend px @param {number} high px @param {number} half px */
function flame(bend, high, half) {
  const rise = `C${n(-half * 1.3)} ${n(-high * 0.45)} ${n(bend * 0.4 - half)} ${n(-high * 0.7)} ${n(bend)} ${n(-high)}`;
  const fall = `C${n(bend * 0.7 + half * 0.5)} ${n(-high * 0.62)} ${n(half * 1.3)} ${n(-high * 0.4)} ${half} 0`;
  return `M${-half} 0${rise}${fall}Q0 5 ${-half} 0Z`;
}
