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

/** @type {ReadonlyMap<string, string>} */
const MOTES = new Map([
  ['note', 'M-2 8a4 3 0 1 1-1-5V-9L8-11V5a4 3 0 1 1-2-4V-7L-2-5Z'],
  ['heart', 'M0 8C-14-2-10-11-4-11-1-11 0-8 0-7 0-8 1-11 4-11 10-11 14-2 0 8Z'],
  ['spark', 'M0-10Q1.5-1.5 10 0 1.5 1.5 0 10-1.5 1.5-10 0-1.5-1.5 0-10Z'],
  ['z', 'M-6-7H6L-4 6H7'],
]);

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
  #parts = new Map([...PARTS.keys(), 'spirit', 'shadow', 'aura', 'body', 'belly', 'cord', 'flame', 'ember', 'clapper', 'lips', 'tongue', 'foot-l',
    'foot-r', 'arm-l', 'arm-r', 'behind', 'front', 'motes'].map((id) => [id, part(id)]));
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
      Object.assign(gaze, { goalX: home ? 0 : Math.random() * 1.4 - 0.7, goalY: home ? 0 : Math.random() * 0.8 - 0.4, next: now + 1400 + Math.random() * 2600 });
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
    this.#move('spirit', `translate(${p.x.toFixed(2)} ${(296 + 48 * p.depth).toFixed(2)}) scale(${size.toFixed(3)})`);
    this.#move('body', `translate(0 ${(-p.y - p.floor - 9 * p.sit * (1 - p.lie)).toFixed(2)}) rotate(${p.tilt.toFixed(2)}) scale(${broad.toFixed(4)} ${tall.toFixed(4)})`);
    const near = 1 / (1 + p.y / 90);
    this.#move('shadow', `scale(${(near * (1 + 0.26 * p.lie)).toFixed(3)} ${near.toFixed(3)})`);
    this.#parts.get('shadow')?.setAttribute('opacity', (0.35 + 0.65 * near).toFixed(2));
    for (const [id, place] of PARTS) this.#place(id, ...place);
    this.#limbs(p);
    const turn = Math.cos(p.yaw * RADIANS);
    this.#parts.get('belly')?.setAttribute('opacity', Math.max(0, turn).toFixed(2));
    this.#parts.get('belly')?.setAttribute('cx', (Math.sin(p.yaw * RADIANS) * 34).toFixed(2));
    this.#parts.get('cord')?.setAttribute('d', `M-66-59Q${(Math.sin(p.yaw * RADIANS) * 40).toFixed(1)} ${(-57 + 19 * turn).toFixed(1)} 66-59`);
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
    this.#parts.get(id)?.setAttribute('visibility', shown ? 'inherit' : 'hidden');
    if (shown) this.#move(id, `translate(${(Math.sin(radians) * (face ? ROUND - 8 : ROUND)).toFixed(2)} ${(height + lower).toFixed(2)}) scale(${Math.min(1.1, broad).toFixed(3)} 1)`);
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
      this.#move(`arm-${side}`, `translate(${(Math.sin(arm) * 64).toFixed(2)} -60) rotate(${(-sign * (rest + lift)).toFixed(2)})`);
      const swell = 1 + 0.18 * p.sit;
      this.#move(`foot-${side}`, `translate(${(Math.sin(foot) * 56).toFixed(2)} ${(-4 - step + 7 * p.sit + 3 * Math.cos(foot)).toFixed(2)}) scale(${swell.toFixed(2)})`);
      this.#parts.get(`foot-${side}`)?.classList.toggle('seated', p.sit > 0.5);
    }
  }

  /** @param {number} now */
  #drawFace(now) {
    const { pose: p } = this.rig;
    if (now > this.#blink.at) this.#blink = { from: now, at: now + (Math.random() < 0.18 ? 260 : 2200 + Math.random() * 3200) };
    const since = (now - this.#blink.from) / 150;
    const blink = since < 1 ? Math.abs(1 - since * 2) : 1;
    const open = Math.max(0.07, p.open * blink);
    for (const side of ['l', 'r']) {
      const [ball, lid, heart, brow, tear] = /** @type {SVGElement[]} */ ([...(this.#parts.get(`eye-${side}`)?.children ?? [])]);
      const sign = side === 'l' ? 1 : -1;
      ball.setAttribute('transform', `scale(1 ${open.toFixed(3)})`);
      ball.setAttribute('opacity', (p.shut > 0.5 || p.heart > 0.5 ? 0 : 1).toString());
      lid.setAttribute('d', `M-10 ${(p.arc * 3).toFixed(1)}Q0 ${(-p.arc * 13).toFixed(1)} 10 ${(p.arc * 3).toFixed(1)}`);
      lid.setAttribute('opacity', (p.shut > 0.5 ? 1 : 0).toString());
      heart.setAttribute('transform', `scale(${(Math.max(0, p.heart) * (1 + 0.08 * Math.sin(now / 130))).toFixed(3)})`);
      brow.setAttribute('transform', `translate(0 ${(-p.lift).toFixed(1)}) rotate(${(-sign * p.brow * 20).toFixed(1)})`);
      brow.setAttribute('opacity', Math.min(1, Math.abs(p.brow) + Math.abs(p.lift) / 4).toFixed(2));
      tear.setAttribute('opacity', (p.tear * (side === 'l' ? 1 : 0)).toFixed(2));
      this.#parts.get(`cheek-${side}`)?.setAttribute('opacity', Math.min(1, p.blush).toFixed(2));
    }
    this.#drawMouth(p, now);
  }

  /** @param {import('./rig.js').Pose} p @param {number} now */
  #drawMouth(p, now) {
    const talk = p.talk * (0.3 + 0.3 * Math.sin(now / 55) + 0.25 * Math.sin(now / 23));
    const gape = Math.max(0, p.gape + talk);
    const half = 9 * p.wide;
    const top = p.mouth * 9 - gape * 8;
    const bottom = p.mouth * 9 + gape * 17;
    const corner = (-p.mouth * 2).toFixed(1);
    this.#parts.get('lips')?.setAttribute('d', `M${-half} ${corner}Q0 ${top.toFixed(1)} ${half} ${corner}Q0 ${bottom.toFixed(1)} ${-half} ${corner}Z`);
    const show = gape > 0.3 ? 1 : 0;
    const low = (bottom * 0.5 - 1.6).toFixed(1);
    this.#parts.get('tongue')?.setAttribute('d', `M${(-half * 0.45).toFixed(1)} ${low}q${(half * 0.45).toFixed(1)}-4 ${(half * 0.9).toFixed(1)} 0`);
    this.#parts.get('tongue')?.setAttribute('opacity', String(show));
  }

  /** What hangs loose: the flame on the head, the bell. @param {number} now @param {number} seconds @param {number} speed @param {number} rise */
  #drawLoose(now, seconds, speed, rise) {
    const { pose: p, amount } = this.rig;
    const drift = amount < 1 ? 0 : Math.sin(now / 480) * 4 + Math.sin(now / 1130) * 3;
    const bend = this.#wisp.follow(drift - speed * 0.075 - p.tilt * 0.8 + p.lie * 15, seconds);
    const high = 34 - this.#plume.follow(Math.max(-60, Math.min(60, rise * 0.03)) + p.lie * 12, seconds) + (amount < 1 ? 0 : Math.sin(now / 210) * 1.5);
    this.#parts.get('flame')?.setAttribute('d', flame(bend, Math.max(8, high), 13));
    this.#parts.get('ember')?.setAttribute('d', flame(bend * 0.5, Math.max(5, high * 0.55), 7));
    this.#move('clapper', `rotate(${this.#swing.follow(-speed * 0.1 - p.tilt * 1.5 + rise * 0.01, seconds).toFixed(1)})`);
    if (Math.abs(speed) + Math.abs(rise) + p.talk > 0 || this.rig.busy) this.onmove(...this.head());
  }

  /** Where the top of the head is, in px from the corner of the picture. @returns {[number, number]} */
  head() {
    const { pose: p } = this.rig;
    const matrix = this.#svg.getScreenCTM();
    const box = this.#svg.getBoundingClientRect();
    if (!matrix) return [0, 0];
    const top = 296 + 48 * p.depth - p.floor - p.y - (152 - 46 * p.lie) * (0.84 + 0.16 * p.depth);
    return [p.x * matrix.a + matrix.e - box.left, top * matrix.d + matrix.f - box.top];
  }

  /** Let small things rise from it. @param {string} kind of `MOTES` @param {number} count */
  emit(kind, count) {
    const layer = this.#parts.get('motes');
    if (!layer || layer.childElementCount > 24) return;
    const { pose: p, amount } = this.rig;
    for (let i = 0; i < count; i++) {
      const mote = document.createElementNS(SVG, 'path');
      mote.setAttribute('d', MOTES.get(kind) ?? '');
      mote.setAttribute('class', `mote ${kind}`);
      layer.append(mote);
      const x = p.x + (kind === 'z' ? 34 : (Math.random() - 0.5) * 150);
      const y = 296 + 48 * p.depth - p.floor - p.y - (kind === 'z' ? 96 : 70 + Math.random() * 80);
      const drift = (kind === 'z' ? 26 : (Math.random() - 0.5) * 60) * amount;
      const frames = [
        { transform: `translate(${x}px, ${y}px) scale(.2)`, opacity: 0 },
        { transform: `translate(${x + drift * 0.5}px, ${y - 28 * amount}px) scale(1)`, opacity: 1, offset: 0.3 },
        { transform: `translate(${x + drift}px, ${y - 74 * amount}px) scale(.9) rotate(${drift / 2}deg)`, opacity: 0 },
      ];
      mote.animate(frames, { duration: 1500, delay: i * 90, easing: 'ease-out', fill: 'both' }).finished.then(() => mote.remove(), () => mote.remove());
    }
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
    this.#parts.get(id)?.setAttribute('transform', transform);
  }
}

/** @param {number} bend px @param {number} high px @param {number} half px */
function flame(bend, high, half) {
  const f = (/** @type {number} */ v) => v.toFixed(1);
  return `M${-half} 0C${f(-half * 1.3)} ${f(-high * 0.45)} ${f(bend * 0.4 - half)} ${f(-high * 0.7)} ${f(bend)} ${f(-high)}C${f(bend * 0.7 + half * 0.5)} ${f(-high * 0.62)} ${f(half * 1.3)} ${f(-high * 0.4)} ${half} 0Q0 5 ${-half} 0Z`;
}
