/** The spirit's flame above her head: a drop of light that flickers, and the glow around it. */
import { AdditiveBlending, Color, Group, Mesh, NormalBlending, PlaneGeometry, ShaderMaterial } from "three";
import { surface } from "./shapes.ts";

const VERTEX = /* glsl */ `
uniform float uTime, uSize;
uniform vec2 uLean;
varying float vUp;
varying float vEdge;
void main() {
  vUp = position.y;
  vec3 p = position;
  float much = vUp * vUp;
  p.x += ( sin( uTime * 7.0 - vUp * 5.0 ) * 0.05 + uLean.x ) * much;
  p.z += ( cos( uTime * 5.7 - vUp * 4.0 ) * 0.04 + uLean.y ) * much;
  p.y *= 1.0 + 0.1 * sin( uTime * 9.0 );
  p *= uSize;
  vec4 seen = modelViewMatrix * vec4( p, 1.0 );
  vEdge = abs( dot( normalize( normalMatrix * normal ), normalize( -seen.xyz ) ) );
  gl_Position = projectionMatrix * seen;
}`;

const FRAGMENT = /* glsl */ `
uniform vec3 uCore, uOuter;
varying float vUp;
varying float vEdge;
void main() {
  vec3 color = mix( uOuter, uCore, smoothstep( 0.45, 1.0, vEdge ) * ( 1.0 - smoothstep( 0.12, 0.75, vUp ) ) );
  gl_FragColor = vec4( color, smoothstep( 0.02, 0.35, vEdge ) * 0.96 );
  #include <colorspace_fragment>
}`;

const GLOW_VERTEX = /* glsl */ `
uniform float uSize;
varying vec2 vAt;
void main() {
  vAt = position.xy;
  vec4 seen = modelViewMatrix * vec4( 0.0, 0.1, 0.0, 1.0 );
  seen.xy += position.xy * uSize;
  gl_Position = projectionMatrix * seen;
}`;

const GLOW_FRAGMENT = /* glsl */ `
uniform vec3 uOuter;
uniform float uGlow;
varying vec2 vAt;
void main() {
  float far = 1.0 - clamp( length( vAt ) * 2.0, 0.0, 1.0 );
  gl_FragColor = vec4( uOuter * far * far * uGlow, 1.0 );
  #include <colorspace_fragment>
}`;

export class Flame {
  readonly group = new Group();
  readonly #flame: ShaderMaterial;
  readonly #glow: ShaderMaterial;

  constructor() {
    const shared = { uOuter: { value: new Color("#ff8a3d") }, uSize: { value: 1 } };
    this.#flame = new ShaderMaterial({
      uniforms: {
        ...shared,
        uCore: { value: new Color("#fff3b0") },
        uTime: { value: 0 },
        uLean: { value: [0, 0] },
      },
      vertexShader: VERTEX,
      fragmentShader: FRAGMENT,
      transparent: true,
      depthWrite: false,
      blending: NormalBlending,
    });
    this.#glow = new ShaderMaterial({
      uniforms: { ...shared, uGlow: { value: 0.3 } },
      vertexShader: GLOW_VERTEX,
      fragmentShader: GLOW_FRAGMENT,
      transparent: true,
      depthWrite: false,
      blending: AdditiveBlending,
    });
    const drop = surface(14, 14, (u, v) => {
      const up = 1 - v;
      const r = 0.62 * Math.sqrt(Math.max(up, 0)) * (1 - up) ** 0.95;
      return [Math.cos(u * Math.PI * 2) * r, up, Math.sin(u * Math.PI * 2) * r];
    });
    drop.scale(0.27, 0.3, 0.27);
    const glow = new Mesh(new PlaneGeometry(1.5, 1.5), this.#glow);
    glow.frustumCulled = false;
    const flame = new Mesh(drop, this.#flame);
    flame.renderOrder = 3;
    glow.renderOrder = 4;
    this.group.add(flame, glow);
  }

  set glow(value: number) {
    const uniform = this.#glow.uniforms.uGlow;
    if (uniform) uniform.value = value;
  }

  show(size: number, time: number, leanX: number, leanZ: number): void {
    const { uSize, uTime, uLean } = this.#flame.uniforms;
    if (uSize) uSize.value = Math.max(size, 0.2);
    if (uTime) uTime.value = time % 1000;
    if (uLean) uLean.value = [leanX, leanZ];
  }
}
