/** Her skeleton: the joints' numbers become bones, and what is soft swings after them. */
import {
  Bone,
  Group,
  Mesh,
  type MeshLambertMaterial,
  Object3D,
  Skeleton,
  SkinnedMesh,
  Vector3,
  Vector4,
} from "three";
import { type Ling, SIZE } from "../ling.ts";
import { clamp } from "../motion.ts";
import { BONES, type BoneName, bodyShape, HEAD, JOINTS } from "./body-shape.ts";
import { Face } from "./face.ts";
import { Flame } from "./flame.ts";

const PARENTS: Partial<Record<BoneName, BoneName>> = {
  chest: "hips",
  head: "chest",
  earL: "head",
  earR: "head",
  armL: "chest",
  foreL: "armL",
  armR: "chest",
  foreR: "armR",
  tail1: "hips",
  tail2: "tail1",
  tail3: "tail2",
  tail4: "tail3",
  bell: "chest",
};

/** A joint that swings after what it hangs on: around x and around z. */
class Swing {
  x = 0;
  z = 0;
  #vx = 0;
  #vz = 0;

  constructor(
    private readonly hertz: number,
    private readonly damping: number,
    private readonly gain: number,
  ) {}

  step(seconds: number, ax: number, az: number): void {
    const omega = this.hertz * Math.PI * 2;
    const [k, c] = [omega * omega, 2 * this.damping * omega];
    this.#vx += (-k * this.x - c * this.#vx - az * this.gain) * seconds;
    this.#vz += (-k * this.z - c * this.#vz + ax * this.gain) * seconds;
    this.x = clamp(this.x + this.#vx * seconds, -0.9, 0.9);
    this.z = clamp(this.z + this.#vz * seconds, -0.9, 0.9);
  }
}

const STEP = 1 / 90;

export class Rig {
  readonly root = new Group();
  readonly face = new Face();
  readonly flame = new Flame();
  /** Where what she carries is. */
  readonly hand = new Object3D();
  readonly mesh: SkinnedMesh;
  readonly #bones: Record<BoneName, Bone>;
  readonly #ears = new Swing(2.6, 0.16, 1.5);
  readonly #tail = [new Swing(2.2, 0.3, 0.7), new Swing(1.8, 0.26, 0.9), new Swing(1.5, 0.24, 1.1)] as const;
  readonly #bell = new Swing(3.2, 0.1, 3);
  readonly #wisp = new Swing(1.6, 0.3, 1.2);
  readonly #last = new Vector3();
  readonly #speed = new Vector3();
  #turned = 0;

  /** `detail`: of the surface, 1 in full. */
  constructor(material: MeshLambertMaterial, detail: number) {
    const made = BONES.map((name) => Object.assign(new Bone(), { name }));
    this.#bones = Object.fromEntries(made.map((bone) => [bone.name, bone])) as Record<BoneName, Bone>;
    for (const name of BONES) this.#join(name);
    this.mesh = new SkinnedMesh(bodyShape(detail), material);
    this.mesh.add(this.#bones.hips, this.#bones.footL, this.#bones.footR);
    this.root.add(this.mesh);
    this.root.scale.setScalar(SIZE);
    this.root.updateMatrixWorld(true);
    this.mesh.bind(new Skeleton(made));
    this.mesh.castShadow = true;
    this.mesh.receiveShadow = true;
    this.mesh.frustumCulled = false;
    this.face.mesh.position.y = HEAD.y - JOINTS.head[1];
    this.flame.group.position.set(0, 1.375 - JOINTS.head[1], -0.02);
    this.#bones.head.add(this.face.mesh, this.flame.group);
    this.hand.position.set(0, -0.15, 0.02);
    this.#bones.foreR.add(this.hand);
  }

  #join(name: BoneName): void {
    const parent = PARENTS[name];
    const [x, y, z] = JOINTS[name];
    const [px, py, pz] = parent ? JOINTS[parent] : [0, 0, 0];
    this.#bones[name].position.set(x - px, y - py, z - pz);
    if (parent) this.#bones[parent].add(this.#bones[name]);
  }

  show(ling: Ling, seconds: number, soft: number): void {
    this.#stand(ling);
    this.#upper(ling);
    this.#limbs(ling);
    this.#swing(ling, seconds, soft);
    this.face.show(ling.pose.now, ling.lids, ling.time);
  }

  /** The top of the head in the world, for the bubble. */
  crown(into: Vector3): Vector3 {
    return into.set(0, 1.02, 0).applyMatrix4(this.#bones.head.matrixWorld);
  }

  /** Her head and her belly as balls, for a simple shadow. */
  balls(): Vector4[] {
    const head = new Vector3(0, HEAD.y - JOINTS.head[1], 0).applyMatrix4(this.#bones.head.matrixWorld);
    const belly = new Vector3(0, 0.14, 0).applyMatrix4(this.#bones.hips.matrixWorld);
    return [
      new Vector4(head.x, head.y, head.z, 0.47 * SIZE),
      new Vector4(belly.x, belly.y, belly.z, 0.3 * SIZE),
    ];
  }

  #stand(ling: Ling): void {
    const { now } = ling.pose;
    this.root.position.set(ling.x, now.floor + Math.max(now.lift, -0.02), ling.z);
    this.root.rotation.y = ling.heading;
  }

  #upper(ling: Ling): void {
    const { now } = ling.pose;
    const { hips, chest, head } = this.#bones;
    const tall = clamp(1 + now.stretch, 0.62, 1.45);
    const wide = 1 / Math.sqrt(tall);
    hips.position.set(now.sway, JOINTS.hips[1] - now.crouch * 0.075 - now.sit * 0.065, now.crouch * -0.03);
    hips.scale.set(wide, tall * (1 - now.crouch * 0.1), wide);
    hips.rotation.set(now.lean * 0.45, now.twist * 0.55, now.tilt * -0.55);
    chest.rotation.set(now.lean * 0.55, now.twist * 0.45, now.tilt * -0.45);
    // The head keeps most of its own shape: cheeks squash less than the belly.
    head.scale.set(wide ** -0.55, (tall * (1 - now.crouch * 0.1)) ** -0.55, wide ** -0.55);
    head.rotation.set(now.headPitch - now.lean * 0.45, now.headYaw, -now.headRoll + now.tilt * 0.4, "YXZ");
  }

  #limbs(ling: Ling): void {
    const { now } = ling.pose;
    const { armL, armR, foreL, foreR, footL, footR } = this.#bones;
    for (const [arm, side, raise, spread] of [
      [armL, 1, now.armLRaise, now.armLSpread],
      [armR, -1, now.armRRaise, now.armRSpread],
    ] as const) {
      // Short arms under a big head: raised, they grow a little, so that the hands are seen beside the cheeks.
      const reach = clamp(Math.max(spread - 0.8, raise - 1.1), 0, 1.1);
      const [x, y, z] = JOINTS.armL;
      arm.position.set(side * (x + reach * 0.05), y - JOINTS.chest[1] + reach * 0.02, z + reach * 0.04);
      arm.rotation.set(-raise, 0, side * spread);
      arm.scale.set(1 + reach * 0.08, 1 + reach * 0.45, 1 + reach * 0.08);
    }
    foreL.rotation.set(-now.armLBend, 0, -now.armLBend * 0.25);
    foreR.rotation.set(-now.armRBend, 0, now.armRBend * 0.25);
    for (const [foot, side, lift, step] of [
      [footL, 1, now.footLLift, now.footLStep],
      [footR, -1, now.footRLift, now.footRStep],
    ] as const) {
      const air = Math.max(now.lift, 0);
      foot.position.set(
        side * (JOINTS.footL[0] + now.sit * 0.03),
        JOINTS.footL[1] + Math.max(lift, 0) + now.sit * 0.01 - Math.min(air, 0.4) * 0.03,
        JOINTS.footL[2] + step + now.sit * 0.2,
      );
      foot.rotation.set(
        -now.sit * 0.95 + Math.max(lift, 0) * 2.2 - step * 0.6 + Math.min(air, 0.5) * 0.8,
        side * 0.14,
        0,
      );
    }
  }

  #swing(ling: Ling, seconds: number, soft: number): void {
    const { now } = ling.pose;
    const [ax, az, spin] = this.#pull(ling, seconds, soft);
    const tilted = soft * 3;
    for (let left = Math.min(seconds, 0.1); left > 0; left -= STEP) {
      const step = Math.min(left, STEP);
      this.#ears.step(step, ax + now.headRoll * tilted, az + now.headPitch * -tilted);
      this.#bell.step(step, ax, az);
      this.#wisp.step(step, ax + now.headRoll * 2, az);
      for (const [at, swing] of this.#tail.entries()) swing.step(step, ax + spin * (2 + at * 2.5), az * 0.6);
    }
    this.#hang(ling);
  }

  #hang(ling: Ling): void {
    const { now } = ling.pose;
    const { earL, earR, bell, tail1, tail2, tail3, tail4 } = this.#bones;
    earL.rotation.set(
      this.#ears.x - now.earL * 0.1,
      0,
      this.#ears.z + (now.earL > 0 ? now.earL * 0.16 : now.earL * 0.62),
    );
    earR.rotation.set(
      this.#ears.x - now.earR * 0.1,
      0,
      this.#ears.z - (now.earR > 0 ? now.earR * 0.16 : now.earR * 0.62),
    );
    bell.rotation.set(this.#bell.x, 0, this.#bell.z);
    const beat = ling.time * (3 + now.tailWag * 9);
    const wag = (at: number): number => Math.sin(beat - at * 0.85) * now.tailWag * 0.4;
    const swing = (at: 0 | 1 | 2): number => this.#tail[at].z;
    tail1.rotation.set(-now.tailLift * 0.3, 0.85 + wag(0) * 0.8, -0.3 + wag(0) * 0.3);
    tail2.rotation.set(this.#tail[0].x * 0.5 - now.tailLift * 0.15, wag(1) + swing(0) * 0.7, swing(0) * 0.4);
    tail3.rotation.set(this.#tail[1].x * 0.6, wag(2) + swing(1) * 0.5, swing(1) * 0.5);
    tail4.rotation.set(this.#tail[2].x * 0.6, wag(3), swing(2) * 0.6 + wag(3));
    this.flame.show(now.flame, ling.time, this.#wisp.z * -0.6, this.#wisp.x * 0.6);
  }

  /** How hard she speeds up, as she feels it: to her left, forwards, and around. */
  #pull(ling: Ling, seconds: number, soft: number): [number, number, number] {
    const at = new Vector3(ling.x, ling.pose.now.lift + ling.pose.now.floor, ling.z);
    if (seconds <= 0) return [0, 0, 0];
    const speed = at.clone().sub(this.#last).divideScalar(seconds);
    const force = speed
      .clone()
      .sub(this.#speed)
      .divideScalar(Math.max(seconds, 1 / 60));
    const spin = clamp((ling.heading - this.#turned) / seconds, -8, 8);
    this.#last.copy(at);
    this.#speed.copy(speed);
    this.#turned = ling.heading;
    const [sin, cos] = [Math.sin(ling.heading), Math.cos(ling.heading)];
    const left = clamp(force.x * cos - force.z * sin, -25, 25);
    const forwards = clamp(force.x * sin + force.z * cos, -25, 25) - clamp(force.y, -25, 25) * 0.35;
    return [left * soft, forwards * soft, spin * soft];
  }
}

export const isMesh = (object: Object3D): object is Mesh => object instanceof Mesh;
