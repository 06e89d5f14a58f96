/** What is around the room: the backdrop, what one sees through the window, clouds by day, stars by night, motes in the light. */
import {
  AdditiveBlending,
  BufferAttribute,
  BufferGeometry,
  CanvasTexture,
  CircleGeometry,
  Color,
  InstancedMesh,
  type IUniform,
  type Material,
  Mesh,
  MeshBasicMaterial,
  Object3D,
  PlaneGeometry,
  Points,
  ShaderMaterial,
  SRGBColorSpace,
} from "three";
import { dice } from "../motion.ts";
import { WALLS, WINDOW } from "./room.ts";
import { ball, merged } from "./shapes.ts";

export type Theme = "light" | "dark";

const BACKDROP: Record<Theme, readonly [top: string, middle: string, bottom: string]> = {
  light: ["#cfe9f2", "#fdf1df", "#f8d9bd"],
  dark: ["#12142f", "#262452", "#45336a"],
};

/** A gradient behind everything, round like a lit wall. */
export function backdrop(): Mesh<PlaneGeometry, ShaderMaterial> {
  const material = new ShaderMaterial({
    uniforms: {
      uTop: { value: new Color() },
      uMiddle: { value: new Color() },
      uBottom: { value: new Color() },
    },
    vertexShader:
      "varying vec2 vAt; void main() { vAt = position.xy; gl_Position = vec4( position.xy, 0.9999, 1.0 ); }",
    fragmentShader: /* glsl */ `
      varying vec2 vAt;
      uniform vec3 uTop, uMiddle, uBottom;
      void main() {
        vec3 color = mix( uMiddle, vAt.y > 0.0 ? uTop : uBottom, smoothstep( 0.0, 1.15, abs( vAt.y ) + dot( vAt, vAt ) * 0.1 ) );
        gl_FragColor = vec4( color, 1.0 );
        #include <colorspace_fragment>
      }`,
    depthWrite: false,
    depthTest: false,
  });
  const mesh = new Mesh(new PlaneGeometry(2, 2), material);
  mesh.frustumCulled = false;
  mesh.renderOrder = -10;
  return mesh;
}

export function paintBackdrop(mesh: Mesh<PlaneGeometry, ShaderMaterial>, theme: Theme): void {
  for (const [at, name] of ["uTop", "uMiddle", "uBottom"].entries()) {
    const uniform: IUniform<Color> | undefined = mesh.material.uniforms[name];
    uniform?.value.set(BACKDROP[theme][at] ?? "#000");
  }
}

/** Hills and a sun, or a moon and stars, behind the window. */
export class Outside {
  readonly mesh: Mesh<CircleGeometry, MeshBasicMaterial>;
  readonly #canvas = document.createElement("canvas");

  constructor() {
    this.#canvas.width = this.#canvas.height = 256;
    const map = new CanvasTexture(this.#canvas);
    map.colorSpace = SRGBColorSpace;
    this.mesh = new Mesh(new CircleGeometry(WINDOW.radius, 40), new MeshBasicMaterial({ map }));
    this.mesh.position.set(WINDOW.x, WINDOW.y, WALLS.back - 0.13);
  }

  paint(theme: Theme): void {
    const pen = this.#canvas.getContext("2d");
    if (!pen) return;
    const night = theme === "dark";
    const sky = pen.createLinearGradient(0, 0, 0, 256);
    sky.addColorStop(0, night ? "#1b2050" : "#8fd0ee");
    sky.addColorStop(0.75, night ? "#4d4a8c" : "#e8f6f2");
    pen.fillStyle = sky;
    pen.fillRect(0, 0, 256, 256);
    disc(pen, 176, 74, 30, night ? "#fff3c9" : "#fff0b0");
    if (night) disc(pen, 164, 66, 27, "#232759");
    if (night)
      for (const [x, y] of [
        [40, 50],
        [80, 90],
        [110, 40],
        [210, 120],
        [60, 130],
        [140, 110],
        [225, 60],
      ] as const)
        disc(pen, x, y, 2.4, "#fff7dc");
    else
      for (const [x, y] of [
        [70, 78],
        [96, 70],
        [118, 82],
      ] as const)
        disc(pen, x, y, 18, "#ffffffcc");
    hill(pen, 185, 60, night ? "#2f3a6e" : "#a6d9a0");
    hill(pen, 205, 150, night ? "#28335f" : "#7cc48c");
    hill(pen, 228, 250, night ? "#202a50" : "#5bae7c");
    if (this.mesh.material.map) this.mesh.material.map.needsUpdate = true;
  }
}

function disc(pen: CanvasRenderingContext2D, x: number, y: number, r: number, tone: string): void {
  pen.fillStyle = tone;
  pen.beginPath();
  pen.arc(x, y, r, 0, Math.PI * 2);
  pen.fill();
}

function hill(pen: CanvasRenderingContext2D, y: number, shift: number, tone: string): void {
  pen.fillStyle = tone;
  pen.beginPath();
  pen.moveTo(0, 256);
  for (let x = 0; x <= 256; x += 8) pen.lineTo(x, y - Math.sin((x + shift) / 48) * 18);
  pen.lineTo(256, 256);
  pen.fill();
}

const CLOUDS = [
  [-3.6, 2.9, -3.4, 0.75],
  [3.9, 3.35, -3.6, 0.9],
  [-3.9, 0.35, 1.2, 0.55],
  [3.75, -0.35, 1.0, 0.5],
  [1.2, 3.9, -5, 0.6],
] as const;

export class Clouds {
  readonly mesh: InstancedMesh;
  readonly #each = new Object3D();

  constructor(material: Material) {
    const white = "#ffffff";
    const puff = merged([
      ball([0.5, 0.34, 0.34], [0, 0, 0], white, 10),
      ball([0.34, 0.28, 0.28], [0.42, -0.06, 0.03], white, 8),
      ball([0.36, 0.26, 0.26], [-0.4, -0.08, 0.02], white, 8),
      ball([0.28, 0.24, 0.24], [0.16, 0.18, -0.02], white, 8),
    ]);
    this.mesh = new InstancedMesh(puff, material, CLOUDS.length);
    this.mesh.frustumCulled = false;
  }

  show(time: number): void {
    for (const [at, [x, y, z, size]] of CLOUDS.entries()) {
      this.#each.position.set(
        x + Math.sin(time * 0.05 + at * 2) * 0.3,
        y + Math.sin(time * 0.23 + at) * 0.07,
        z,
      );
      this.#each.scale.setScalar(size);
      this.#each.updateMatrix();
      this.mesh.setMatrixAt(at, this.#each.matrix);
    }
    this.mesh.instanceMatrix.needsUpdate = true;
  }
}

/** Small lights: stars around the room at night, motes and fireflies inside it. */
export class Lights {
  readonly points: Points<BufferGeometry, ShaderMaterial>;

  constructor() {
    const random = dice(3);
    const [stars, motes] = [90, 26];
    const positions = new Float32Array((stars + motes) * 3);
    const kinds = new Float32Array((stars + motes) * 2);
    for (let at = 0; at < stars + motes; at++) {
      const far = at < stars;
      const place = far
        ? [(random() - 0.5) * 22, random() * 12 - 3.5, -7 - random() * 3]
        : [(random() - 0.5) * 4.8, 0.3 + random() * 2.2, (random() - 0.5) * 3.8];
      positions.set(place, at * 3);
      kinds.set([far ? 0 : 1, random()], at * 2);
    }
    const geometry = new BufferGeometry();
    geometry.setAttribute("position", new BufferAttribute(positions, 3));
    geometry.setAttribute("kind", new BufferAttribute(kinds, 2));
    this.points = new Points(geometry, new ShaderMaterial(SPARKLE));
    this.points.frustumCulled = false;
    this.points.renderOrder = 5;
  }

  set night(value: number) {
    this.#set("uNight", value);
  }

  show(time: number, pixels: number): void {
    this.#set("uTime", time % 10_000);
    this.#set("uPixels", pixels);
  }

  #set(name: string, value: number): void {
    const uniform = this.points.material.uniforms[name];
    if (uniform) uniform.value = value;
  }
}

const SPARKLE = {
  uniforms: { uTime: { value: 0 }, uNight: { value: 0 }, uPixels: { value: 900 } },
  vertexShader: /* glsl */ `
    attribute vec2 kind;
    uniform float uTime, uNight, uPixels;
    varying vec4 vColor;
    void main() {
      vec3 p = position;
      float twinkle = 0.55 + 0.45 * sin( uTime * ( 0.7 + kind.y * 2.0 ) + kind.y * 40.0 );
      if ( kind.x > 0.5 ) p += vec3( sin( uTime * 0.3 + kind.y * 30.0 ), sin( uTime * 0.45 + kind.y * 50.0 ), cos( uTime * 0.27 + kind.y * 20.0 ) ) * 0.28;
      vColor = kind.x > 0.5
        ? mix( vec4( 1.0, 0.9, 0.65, 0.32 ), vec4( 1.0, 0.78, 0.3, 0.95 ), uNight ) * vec4( 1.0, 1.0, 1.0, twinkle )
        : vec4( 0.95, 0.93, 1.0, uNight * twinkle );
      vec4 seen = modelViewMatrix * vec4( p, 1.0 );
      gl_Position = projectionMatrix * seen;
      gl_PointSize = uPixels * ( kind.x > 0.5 ? mix( 0.028, 0.05, uNight ) : 0.03 + 0.05 * kind.y * kind.y ) * 3.2 / -seen.z;
    }`,
  fragmentShader: /* glsl */ `
    varying vec4 vColor;
    void main() {
      float far = length( gl_PointCoord - 0.5 ) * 2.0;
      float light = ( 1.0 - smoothstep( 0.0, 1.0, far ) );
      gl_FragColor = vec4( vColor.rgb * vColor.a * light * light, 1.0 );
      #include <colorspace_fragment>
    }`,
  transparent: true,
  depthWrite: false,
  blending: AdditiveBlending,
};
