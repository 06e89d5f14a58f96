/**
 * For renderers without a graphics card: what stands still is drawn once, with its depth, and put behind what moves.
 * What moves then costs its own few triangles; its shadow falls on the still picture as that of a few balls.
 */
import {
  DepthTexture,
  type Light,
  Matrix4,
  Mesh,
  type Object3D,
  PlaneGeometry,
  ShaderMaterial,
  SRGBColorSpace,
  Vector3,
  Vector4,
  type WebGLRenderer,
  WebGLRenderTarget,
} from "three";
import type { Picture } from "./scene.ts";

const LIVE = 0;
const STILL = 1;
const MOST_BALLS = 5;
/** Frames that the camera has to rest before the still picture is drawn smooth. */
const WAIT = 8;

const FRAGMENT = /* glsl */ `
varying vec2 vAt;
uniform sampler2D uColor, uDepth;
uniform mat4 uUnseen;
uniform vec3 uSun;
uniform vec4 uBalls[ ${MOST_BALLS} ];
uniform float uStrength;
uniform int uCount;
void main() {
  float depth = texture2D( uDepth, vAt ).r;
  vec3 color = texture2D( uColor, vAt ).rgb;
  if ( depth < 1.0 ) {
    vec4 far = uUnseen * vec4( vec3( vAt, depth ) * 2.0 - 1.0, 1.0 );
    vec3 point = far.xyz / far.w;
    float lit = 1.0;
    for ( int at = 0; at < ${MOST_BALLS}; at ++ ) {
      if ( at >= uCount ) break;
      vec3 to = uBalls[ at ].xyz - point;
      float along = dot( to, uSun );
      float aside = sqrt( max( dot( to, to ) - along * along, 0.0 ) );
      float r = uBalls[ at ].w;
      lit *= along > 0.0 ? smoothstep( r * 0.72, r * 1.12 + 0.03 * along, aside ) : 1.0;
    }
    color *= mix( vec3( 1.0 ), vec3( 0.62, 0.53, 0.5 ), ( 1.0 - lit ) * uStrength );
  }
  gl_FragDepth = depth;
  gl_FragColor = vec4( color, 1.0 );
  #include <colorspace_fragment>
}`;

export class Plate {
  readonly #target = new WebGLRenderTarget(1, 1, { depthTexture: new DepthTexture(1, 1) });
  readonly #quad: Mesh<PlaneGeometry, ShaderMaterial>;
  readonly #balls = Array.from({ length: MOST_BALLS }, () => new Vector4());
  readonly #unseen = new Matrix4();
  readonly #sun = new Vector3();
  #drawn = "";
  #cast = "";
  /** Frames since the still picture was drawn in the size of the canvas; twice that size, its edges are smooth. */
  #rough = 0;

  constructor(private readonly picture: Picture) {
    this.#target.texture.colorSpace = SRGBColorSpace;
    const uniforms = {
      uColor: { value: this.#target.texture },
      uDepth: { value: this.#target.depthTexture },
      uUnseen: { value: this.#unseen },
      uSun: { value: this.#sun },
      uBalls: { value: this.#balls },
      uStrength: { value: 0.8 },
      uCount: { value: 0 },
    };
    const vertexShader =
      "varying vec2 vAt; void main() { vAt = uv; gl_Position = vec4( position.xy, 0.0, 1.0 ); }";
    const material = new ShaderMaterial({
      uniforms,
      vertexShader,
      fragmentShader: FRAGMENT,
      depthWrite: true,
    });
    this.#quad = new Mesh(new PlaneGeometry(2, 2), material);
    this.#quad.frustumCulled = false;
    this.#quad.renderOrder = -20;
    picture.scene.add(this.#quad);
    for (const still of picture.still) layered(still, STILL);
    picture.scene.traverse((object) => {
      if ((object as Light).isLight) object.layers.enable(STILL);
    });
  }

  /** The still picture has to be drawn anew: another theme, size or quality. */
  spoil(): void {
    this.#drawn = this.#cast = "";
  }

  /** Draws; tells whether the still part had to be drawn too. `best`: in its best quality at once. */
  draw(renderer: WebGLRenderer, width: number, height: number, best: boolean): boolean {
    const { picture } = this;
    const { camera, scene } = picture;
    const cast = this.#sort();
    const drawn = `${cast} ${width}x${height} ${camera.matrixWorld.elements.map((part) => part.toFixed(4)).join()}`;
    const moved = drawn !== this.#drawn;
    if (moved) this.#rough = 1;
    const smooth = this.#rough > (best ? 0 : WAIT);
    if (moved || smooth) {
      this.#drawStill(renderer, width * (smooth ? 2 : 1), height * (smooth ? 2 : 1), cast);
      this.#drawn = drawn;
    }
    if (smooth) this.#rough = 0;
    if (this.#rough > 0) this.#rough += 1;
    this.#shade();
    camera.layers.set(LIVE);
    renderer.render(scene, camera);
    return moved || smooth;
  }

  #drawStill(renderer: WebGLRenderer, width: number, height: number, cast: string): void {
    const { camera, scene } = this.picture;
    this.#target.setSize(width, height);
    camera.layers.set(STILL);
    renderer.shadowMap.needsUpdate = cast !== this.#cast;
    renderer.setRenderTarget(this.#target);
    renderer.render(scene, camera);
    renderer.setRenderTarget(null);
    this.#cast = cast;
    this.#unseen.copy(camera.matrixWorld).multiply(camera.projectionMatrixInverse);
  }

  /** Things that rest belong to the still picture; tells which ones do. */
  #sort(): string {
    return this.picture
      .thingMeshes()
      .map(({ mesh, moving }) => {
        layered(mesh, moving ? LIVE : STILL);
        return moving ? "m" : "s";
      })
      .join("");
  }

  #shade(): void {
    this.#sun.copy(this.picture.sun.position).sub(this.picture.sun.target.position).normalize();
    const balls = this.picture.balls(MOST_BALLS);
    for (const [at, ball] of balls.entries()) this.#balls[at]?.copy(ball);
    const { uCount, uStrength } = this.#quad.material.uniforms;
    if (uCount) uCount.value = balls.length;
    if (uStrength) uStrength.value = this.picture.sun.shadow.intensity * 1.25;
  }
}

function layered(object: Object3D, layer: number): void {
  object.traverse((part) => part.layers.set(layer));
}
