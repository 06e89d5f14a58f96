/** The picture: everything that is seen, put where the stage says it is. */
import {
  AmbientLight,
  CircleGeometry,
  Color,
  DirectionalLight,
  DynamicDrawUsage,
  HemisphereLight,
  InstancedMesh,
  Mesh,
  MeshBasicMaterial,
  Object3D,
  PerspectiveCamera,
  PointLight,
  Scene,
  ShaderChunk,
  ShaderMaterial,
  Vector3,
  Vector4,
} from "three";
import type { Stage } from "../stage.ts";
import { groundAt, type Thing, type ThingId } from "../things.ts";
import { aim } from "./framing.ts";
import { furnitureShape } from "./furniture.ts";
import { LAMP, Lanterns, lampLight, lampShade, leavesShape, PLANT } from "./hangings.ts";
import { clay, newLook, skin } from "./materials.ts";
import { Rig } from "./rig.ts";
import { roomShape } from "./room.ts";
import { backdrop, Clouds, Lights, Outside, paintBackdrop, type Theme } from "./sky.ts";
import { HALF_HEIGHTS, THING_SHAPES } from "./thing-shapes.ts";

const THEMES = {
  light: {
    sky: "#fff6ea",
    ground: "#f0cfb4",
    hemi: 2.0,
    sun: "#fff0d8",
    sunlight: 1.95,
    rim: "#ffffff",
    rims: 0.5,
  },
  dark: {
    sky: "#8a8ad6",
    ground: "#7a4f62",
    hemi: 1.0,
    sun: "#b4bcff",
    sunlight: 0.7,
    rim: "#a9b4ff",
    rims: 0.55,
  },
} as const;

export class Picture {
  readonly scene = new Scene();
  readonly camera = new PerspectiveCamera(26, 1, 2, 60);
  readonly rig: Rig;
  readonly sun = new DirectionalLight();
  readonly #look = newLook();
  readonly #hemi = new HemisphereLight();
  readonly #fill = new AmbientLight("#ffffff", 0.12);
  readonly #lamp = new PointLight(lampLight, 0, 8, 1.25);
  readonly #back = backdrop();
  readonly #outside = new Outside();
  readonly #lights = new Lights();
  readonly #clouds: Clouds;
  readonly #lanterns: Lanterns;
  readonly #shade: Mesh;
  readonly #leaves: Mesh;
  readonly #glowing: MeshBasicMaterial;
  readonly #things = new Map<ThingId, Mesh>();
  readonly #blobs: InstancedMesh;
  readonly #still: Object3D[] = [];
  readonly #moving = new Set<ThingId>();
  readonly #each = new Object3D();
  readonly #fur = new Color();
  #lit = 0;

  constructor(
    private readonly stage: Stage,
    cheap: boolean,
  ) {
    const surface = { look: this.#look, shadowChunk: ShaderChunk.shadowmap_pars_fragment, cheap };
    const matter = clay({ ...surface, cheap: false, rim: 0.22 });
    this.#glowing = new MeshBasicMaterial({ vertexColors: true });
    this.rig = new Rig(skin({ ...surface, rim: 0.75 }), cheap ? 0.82 : 1);
    this.#clouds = new Clouds(matter);
    this.#lanterns = new Lanterns(matter);
    this.#shade = new Mesh(lampShade(), matter);
    this.#shade.position.set(...LAMP);
    this.#leaves = new Mesh(leavesShape(), matter);
    this.#leaves.position.set(...PLANT);
    this.#leaves.castShadow = true;
    for (const one of [this.#leaves, this.#shade, this.#lanterns.mesh, this.#clouds.mesh])
      one.receiveShadow = true;
    this.#blobs = blobs(stage.things.size + 1);
    this.#build(matter);
    this.#light();
  }

  /** What does not move but for a little swaying. */
  get still(): Object3D[] {
    return this.#still;
  }

  /** The things' meshes, and which ones are on their way. */
  thingMeshes(): { mesh: Mesh; moving: boolean }[] {
    return [...this.#things].map(([id, mesh]) => ({ mesh, moving: this.#moving.has(id) }));
  }

  /** What moves, as balls that cast a shadow: she first. */
  balls(most: number): Vector4[] {
    const parts = this.rig.balls();
    for (const id of this.#moving) {
      const [mesh, thing] = [this.#things.get(id), this.stage.thing(id)];
      if (mesh) parts.push(new Vector4(mesh.position.x, mesh.position.y, mesh.position.z, thing.radius));
    }
    return parts.slice(0, most);
  }

  #build(matter: Mesh["material"]): void {
    const room = new Mesh(roomShape(), matter);
    const furniture = new Mesh(furnitureShape(), matter);
    room.receiveShadow = true;
    furniture.receiveShadow = true;
    furniture.castShadow = true;
    for (const thing of this.stage.things.values()) {
      const mesh = new Mesh(THING_SHAPES[thing.id](thing.radius), matter);
      mesh.castShadow = true;
      mesh.receiveShadow = true;
      this.#things.set(thing.id, mesh);
    }
    this.#still.push(this.#back, room, furniture, this.#outside.mesh, this.#leaves, this.#shade);
    this.#still.push(this.#lanterns.mesh, this.#clouds.mesh, under());
    this.scene.add(...this.#still, this.#blobs, this.rig.root, this.#lights.points, ...this.#things.values());
    for (const still of [room, furniture, this.#outside.mesh, this.#shade]) freeze(still);
  }

  #light(): void {
    const { sun } = this;
    sun.position.set(-3.2, 6.2, 4.6);
    sun.target.position.set(0, 0.4, 0);
    sun.castShadow = true;
    Object.assign(sun.shadow.camera, { left: -3.4, right: 3.4, top: 3.1, bottom: -3.1, near: 2, far: 14 });
    sun.shadow.bias = -0.0012;
    sun.shadow.normalBias = 0.025;
    sun.shadow.radius = 2.2;
    this.#lamp.position.set(LAMP[0], LAMP[1] - 0.05, LAMP[2] + 0.45);
    this.scene.add(sun, sun.target, this.#hemi, this.#fill, this.#lamp);
  }

  setTheme(theme: Theme): void {
    const { sky, ground, hemi, sun, sunlight, rim, rims } = THEMES[theme];
    const night = theme === "dark";
    this.#hemi.color.set(sky);
    this.#hemi.groundColor.set(ground);
    this.#hemi.intensity = hemi;
    this.sun.color.set(sun);
    this.sun.intensity = sunlight;
    this.sun.shadow.intensity = night ? 0.55 : 0.62;
    this.#lamp.visible = night;
    this.#lamp.intensity = night ? 4.2 : 0;
    this.#look.rim.value.set(rim).multiplyScalar(rims);
    this.#look.glow.value = night ? 0.34 : 0;
    this.rig.face.light = night ? 0.8 : 1;
    this.rig.flame.glow = night ? 0.85 : 0.22;
    this.#shade.material = night ? this.#glowing : (this.#leaves.material as MeshBasicMaterial);
    this.#lanterns.mesh.material = this.#shade.material;
    this.#clouds.mesh.visible = !night;
    this.#lights.night = night ? 1 : 0;
    paintBackdrop(this.#back, theme);
    this.#outside.paint(theme);
  }

  /** `seconds` since the last picture; `aspect`: width over height. */
  show(seconds: number, aspect: number, pixels: number): void {
    const { stage } = this;
    const time = stage.time;
    this.rig.show(stage.ling, seconds, stage.calm ? 0.3 : 1);
    this.#tint(seconds);
    const still = stage.calm ? 0 : 1;
    this.#lanterns.show(time * still);
    this.#clouds.show(time * still);
    this.#leaves.rotation.set(Math.sin(time * 0.8) * 0.018 * still, 0, Math.cos(time * 0.63) * 0.018 * still);
    this.#lights.show(time * still, pixels);
    this.scene.updateMatrixWorld();
    for (const thing of stage.things.values()) this.#put(thing, seconds);
    this.#shadowBlobs();
    aim(this.camera, stage.camera, aspect, seconds);
  }

  #tint(seconds: number): void {
    this.#fur.set(this.stage.ling.color);
    this.#look.fur.value.lerp(this.#fur, 1 - Math.exp(-seconds * 7));
    this.#lit += seconds;
  }

  #put(thing: Thing, seconds: number): void {
    const mesh = this.#things.get(thing.id);
    if (!mesh) return;
    const half = HALF_HEIGHTS[thing.id];
    const goal = new Vector3(thing.x, thing.y + half, thing.z);
    if (thing.held === "ling") this.rig.hand.localToWorld(goal.set(0, -thing.radius * 0.6, 0.02));
    const near = mesh.position.distanceTo(goal);
    const chase =
      thing.held === "ling" || thing.resting ? 1 - Math.exp(-seconds * (near > 0.5 ? 14 : 30)) : 1;
    if (this.#lit < 0.2) mesh.position.copy(goal);
    else mesh.position.lerp(goal, chase);
    mesh.rotation.set(thing.rolls ? thing.tumble : 0, thing.heading, 0);
    if (!thing.rolls && !thing.resting) mesh.rotation.x = thing.tumble * (thing.held ? 0 : 1);
    if (thing.held === "ling" && !thing.rolls) mesh.rotation.y = this.stage.ling.heading;
    if (thing.resting && mesh.position.distanceTo(goal) < 0.004) this.#moving.delete(thing.id);
    else this.#moving.add(thing.id);
  }

  /** Soft dark spots under what moves: contact that the shadow map is too coarse for. */
  #shadowBlobs(): void {
    const { ling, things } = this.stage;
    this.#blob(0, ling.x, ling.pose.now.floor * 0.96, ling.z, 0.58, ling.pose.now.lift);
    let at = 1;
    for (const thing of things.values()) {
      const ground = groundAt(thing);
      this.#blob(at++, thing.x, ground, thing.z, thing.radius * 1.15, thing.y - ground);
    }
    this.#blobs.instanceMatrix.needsUpdate = true;
  }

  #blob(at: number, x: number, ground: number, z: number, radius: number, above: number): void {
    const size = radius * Math.max(0, 1 - above * 0.75);
    this.#each.position.set(x, ground + 0.036 + at * 0.0004, z);
    this.#each.rotation.set(-Math.PI / 2, 0, 0);
    this.#each.scale.setScalar(Math.max(size, 0.0001));
    this.#each.updateMatrix();
    this.#blobs.setMatrixAt(at, this.#each.matrix);
  }
}

function freeze(mesh: Mesh): void {
  mesh.updateMatrix();
  mesh.matrixAutoUpdate = false;
}

const BLOB = (strength: string) => ({
  vertexShader: /* glsl */ `
    varying vec2 vAt;
    void main() {
      vAt = position.xy;
      vec4 p = vec4( position, 1.0 );
      #ifdef USE_INSTANCING
        p = instanceMatrix * p;
      #endif
      gl_Position = projectionMatrix * modelViewMatrix * p;
    }`,
  fragmentShader: /* glsl */ `
    varying vec2 vAt;
    void main() {
      float far = length( vAt );
      gl_FragColor = vec4( 0.16, 0.06, 0.05, ${strength} * ( 1.0 - smoothstep( 0.15, 1.0, far ) ) );
    }`,
  transparent: true,
  depthWrite: false,
});

function blobs(count: number): InstancedMesh {
  const mesh = new InstancedMesh(new CircleGeometry(1, 18), new ShaderMaterial(BLOB("0.5")), count);
  mesh.instanceMatrix.setUsage(DynamicDrawUsage);
  mesh.frustumCulled = false;
  mesh.renderOrder = 1;
  return mesh;
}

/** The island's own shadow on what it stands on. */
function under(): Mesh {
  const mesh = new Mesh(new CircleGeometry(1, 40), new ShaderMaterial(BLOB("0.42")));
  mesh.position.set(0.15, -0.36, 0.3);
  mesh.rotation.x = -Math.PI / 2;
  mesh.scale.set(3.5, 3.1, 1);
  mesh.renderOrder = -5;
  freeze(mesh);
  return mesh;
}
