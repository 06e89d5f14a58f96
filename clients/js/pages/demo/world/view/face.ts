/** Her face: drawn by a shader on the front of the head, from numbers, so that each feeling flows into the next. */
import { BufferAttribute, BufferGeometry, Mesh, ShaderMaterial } from "three";
import type { Joints } from "../pose.ts";
import { HEAD, headFront } from "./body-shape.ts";

const HALF_WIDTH = 0.4;
const [TOP, BOTTOM] = [0.27, -0.3];

const VERTEX = /* glsl */ `
varying vec2 vFace;
void main() {
  vFace = position.xy;
  gl_Position = projectionMatrix * modelViewMatrix * vec4( position, 1.0 );
}`;

const FRAGMENT = /* glsl */ `
varying vec2 vFace;
uniform float uOpenL, uOpenR, uArcL, uArcR, uSlant, uPupil, uBrow, uBrowLift;
uniform float uSmile, uGape, uWide, uBlush, uHeart, uStar, uTear, uTime, uLight, uLids;
uniform vec2 uLook;

vec4 ink;

void over( vec3 color, float alpha ) {
  alpha = clamp( alpha, 0.0, 1.0 );
  ink = vec4( mix( ink.rgb, color, alpha ), ink.a + alpha * ( 1.0 - ink.a ) );
}

float soft( float distance ) {
  float width = max( fwidth( distance ), 0.0015 );
  return 1.0 - smoothstep( -width, width, distance );
}

float ellipse( vec2 p, vec2 r ) {
  float k = length( p / r );
  return ( k - 1.0 ) * min( r.x, r.y );
}

float stroke( vec2 p, vec2 a, vec2 b, float r ) {
  vec2 pa = p - a, ba = b - a;
  return length( pa - ba * clamp( dot( pa, ba ) / dot( ba, ba ), 0.0, 1.0 ) ) - r;
}

float heart( vec2 p, float s ) {
  p = p / s + vec2( 0.0, 0.35 );
  p.x = abs( p.x );
  if ( p.y + p.x > 1.0 ) return ( length( p - vec2( 0.25, 0.75 ) ) - 0.35355 ) * s;
  vec2 a = p - vec2( 0.0, 1.0 ), b = p - 0.5 * max( p.x + p.y, 0.0 );
  return sqrt( min( dot( a, a ), dot( b, b ) ) ) * sign( p.x - p.y ) * s;
}

float star( vec2 p, float r ) {
  const vec2 k1 = vec2( 0.809017, -0.587785 ), k2 = vec2( -0.809017, -0.587785 );
  p.x = abs( p.x );
  p -= 2.0 * max( dot( k1, p ), 0.0 ) * k1;
  p -= 2.0 * max( dot( k2, p ), 0.0 ) * k2;
  p.x = abs( p.x );
  p.y -= r;
  vec2 ba = 0.48 * vec2( 0.587785, 0.809017 ) - vec2( 0.0, 1.0 );
  float h = clamp( dot( p, ba ) / dot( ba, ba ), 0.0, r );
  return length( p - ba * h ) * sign( p.y * ba.x - p.x * ba.y ) - 0.008;
}

const vec3 DARK = vec3( 0.022, 0.012, 0.03 );

void openEye( vec2 p, float side, float open ) {
  vec2 r = vec2( 0.086, 0.122 );
  float lid = r.y * ( 2.0 * open - 1.0 );
  float cut = p.y - lid + 4.5 * p.x * p.x * step( -0.5, -abs( uSlant ) ) * clamp( 1.3 - open, 0.0, 1.0 ) + 0.022 * abs( uSlant ) - uSlant * 0.5 * p.x * side;
  float white = max( ellipse( p, r ), cut );
  if ( white > 0.035 ) return;
  float lash = max( ellipse( p - vec2( side * 0.003, 0.006 ), r + vec2( 0.009, 0.01 ) ), cut - 0.014 );
  over( DARK, soft( lash ) );
  float inside = soft( max( ellipse( p - vec2( 0.0, -0.004 ), r - vec2( 0.002, 0.002 ) ), cut ) );
  over( vec3( 1.0, 0.98, 0.96 ), inside );
  vec2 q = p - uLook * vec2( 0.021, 0.022 ) + vec2( side * 0.006, 0.0 );
  vec2 ir = vec2( 0.074, 0.108 ) * ( 0.72 + 0.28 * uPupil );
  float iris = inside * soft( ellipse( q, ir ) );
  float down = 0.5 - q.y / ir.y * 0.5;
  over( mix( vec3( 0.03, 0.012, 0.035 ), vec3( 0.3, 0.085, 0.04 ), smoothstep( 0.3, 1.0, down ) ), iris );
  float warm = length( ( q - vec2( 0.0, -0.62 * ir.y ) ) / ir );
  over( vec3( 0.95, 0.42, 0.12 ), iris * 0.85 * ( 1.0 - smoothstep( 0.12, 0.62, warm ) ) );
  over( vec3( 0.01, 0.005, 0.015 ), iris * soft( ellipse( q - vec2( 0.0, 0.012 ), ir * vec2( 0.56, 0.55 ) * ( 0.5 + 0.5 * uPupil ) ) ) );
  over( DARK, inside * 0.55 * smoothstep( -0.045, 0.005, max( cut, p.y - 0.11 ) ) );
  vec2 s = p - uLook * vec2( 0.012, 0.012 );
  over( vec3( 1.0 ), inside * soft( ellipse( s - vec2( -0.024, 0.05 ), vec2( 0.029, 0.034 ) ) ) );
  over( vec3( 1.0 ), inside * 0.95 * soft( ellipse( s - vec2( 0.03, -0.035 ), vec2( 0.0135, 0.0145 ) ) ) );
  over( vec3( 1.0, 0.9, 0.75 ), inside * 0.5 * soft( ellipse( s - vec2( -0.008, -0.074 ), vec2( 0.012, 0.007 ) ) ) );
}

void eye( vec2 p, float side, float open, float arc ) {
  float seen = open * ( 1.0 - smoothstep( 0.0, 0.75, arc ) );
  float shut = 1.0 - 0.9 * uLids;
  seen = min( seen, shut );
  float shape = max( uHeart, uStar );
  if ( uHeart > 0.05 ) {
    float beat = 1.0 + 0.07 * sin( uTime * 7.0 );
    over( vec3( 0.85, 0.03, 0.1 ), soft( heart( p + vec2( 0.0, 0.02 ), 0.178 * uHeart * beat ) ) );
    over( vec3( 1.0 ), 0.85 * uHeart * soft( ellipse( p - vec2( -0.034, 0.034 ), vec2( 0.02, 0.015 ) * uHeart ) ) );
  }
  if ( shape < 0.6 && seen > 0.13 ) openEye( vec2( p.x * ( 1.0 - 0.08 * uLids ), p.y / shut ), side, max( seen, min( open, 1.0 ) * step( arc, 0.01 ) ) );
  if ( uStar > 0.05 ) {
    float turn = sin( uTime * 3.0 ) * 0.12;
    vec2 q = mat2( cos( turn ), sin( turn ), -sin( turn ), cos( turn ) ) * p;
    over( DARK, soft( star( q, 0.118 * uStar ) - 0.016 ) );
    over( vec3( 1.0, 0.8, 0.16 ), soft( star( q, 0.118 * uStar ) ) );
    over( vec3( 1.0, 0.97, 0.8 ), 0.9 * uStar * soft( ellipse( p - vec2( -0.018, 0.024 ), vec2( 0.02, 0.02 ) * uStar ) ) );
  }
  if ( shape < 0.6 && seen <= 0.2 ) {
    float bend = mix( -0.35, 1.0, smoothstep( 0.15, 0.6, arc ) );
    float x = clamp( p.x / 0.09, -1.0, 1.0 );
    vec2 off = vec2( p.x - x * 0.09, p.y - bend * 0.062 * ( 0.55 - x * x ) );
    float line = length( vec2( off.x, off.y / sqrt( 1.0 + 1.9 * bend * bend * x * x ) ) ) - 0.0165;
    over( DARK, soft( line ) * ( 1.0 - smoothstep( 0.12, 0.2, seen ) ) );
  }
}

void mouth( vec2 p ) {
  float w = 0.1 * uWide * ( 1.0 - 0.25 * max( uGape, 0.0 ) + 0.12 * uSmile );
  float x = clamp( p.x / w, -1.0, 1.0 );
  float up = max( uSmile, 0.0 ), down = max( -uSmile, 0.0 );
  float bow = up * ( 0.018 * x * x - 0.02 * abs( sin( x * 3.14159 ) ) ) - down * 0.034 * x * x;
  float open = max( uGape, 0.0 );
  float side = sqrt( max( 1.0 - x * x, 0.0 ) );
  float roof = bow + open * 0.006 + down * 0.02;
  float jaw = ( up * 0.018 - down * 0.034 ) * x * x + down * 0.02 - open * 0.122 * pow( side, 0.8 );
  if ( open > 0.04 ) {
    float inner = max( max( p.y - roof, jaw - p.y ) * 0.75, abs( p.x ) - w );
    inner = mix( ellipse( p - vec2( 0.0, roof - 0.052 * open ), vec2( w * 0.85, 0.056 * open ) ), inner, smoothstep( 0.1, 0.4, up ) );
    over( DARK, soft( inner - 0.0075 ) );
    float hole = soft( inner + 0.003 );
    over( vec3( 0.2, 0.018, 0.03 ), hole );
    over( vec3( 0.86, 0.2, 0.2 ), hole * soft( ellipse( p - vec2( 0.0, jaw * 1.0 - 0.004 - 0.01 * open ), vec2( w * 0.62, 0.05 * open ) ) ) );
    vec2 fang = p - vec2( -w * 0.52, roof - 0.002 );
    float tooth = max( abs( fang.x ) * 1.7 + fang.y * -0.9 - 0.019, fang.y );
    over( vec3( 1.0 ), hole * up * soft( max( tooth, -fang.y - 0.028 ) ) );
  }
  float line = length( vec2( p.x - clamp( p.x, -w, w ), ( p.y - roof ) * 0.8 ) ) - 0.0092;
  over( DARK, soft( line ) * ( 1.0 - smoothstep( 0.1, 0.25, open ) * ( 1.0 - smoothstep( 0.1, 0.4, up ) ) ) );
}

void main() {
  ink = vec4( 0.0 );
  vec2 p = vFace;
  vec2 cheek = vec2( abs( p.x ) - 0.268, p.y + 0.105 );
  over( vec3( 0.96, 0.2, 0.2 ), uBlush * 0.62 * ( 1.0 - smoothstep( 0.15, 1.0, length( cheek / vec2( 0.092, 0.062 ) ) ) ) );
  eye( p - vec2( 0.162, 0.005 ), 1.0, uOpenL, uArcL );
  eye( p - vec2( -0.162, 0.005 ), -1.0, uOpenR, uArcR );
  float strong = clamp( abs( uBrow ) + abs( uBrowLift ) * 0.8, 0.0, 1.0 );
  vec2 b = vec2( abs( p.x ) - 0.165, p.y - 0.168 - 0.035 * uBrowLift + 0.02 * abs( uBrow ) );
  float brow = stroke( b, vec2( -0.05, -0.03 * uBrow - 0.006 ), vec2( 0.05, 0.03 * uBrow - 0.006 ), 0.0135 );
  over( DARK, soft( brow ) * smoothstep( 0.1, 0.6, strong ) * 0.82 );
  vec2 m = p - vec2( 0.0, 0.178 );
  float drop = length( vec2( m.x * ( 1.25 + 9.0 * max( m.y, 0.0 ) ), m.y * 0.62 ) ) - 0.026;
  over( vec3( 1.0, 0.86, 0.5 ), soft( drop ) );
  over( vec3( 1.0, 0.5, 0.12 ), soft( length( vec2( m.x * ( 1.25 + 9.0 * max( m.y, 0.0 ) ), ( m.y + 0.006 ) * 0.66 ) ) - 0.0145 ) );
  vec2 n = p - vec2( 0.0, -0.088 );
  over( DARK, soft( ellipse( n - vec2( 0.0, 0.012 * abs( n.x ) / 0.03 ), vec2( 0.036, 0.023 ) ) ) );
  over( vec3( 1.0 ), 0.75 * soft( ellipse( n - vec2( -0.009, 0.009 ), vec2( 0.011, 0.005 ) ) ) );
  mouth( p - vec2( 0.0, -0.148 ) );
  if ( uTear > 0.05 ) {
    float fall = fract( uTime * 0.35 );
    vec2 t = p - vec2( 0.21, -0.125 - fall * 0.1 );
    float drop = length( t * vec2( 1.0 + 0.5 * clamp( t.y / 0.03, 0.0, 1.0 ), 0.75 ) ) - 0.02 * uTear;
    over( vec3( 0.42, 0.75, 1.0 ), soft( drop ) * 0.9 * smoothstep( 0.0, 0.15, fall ) * ( 1.0 - smoothstep( 0.75, 1.0, fall ) ) );
    over( vec3( 0.62, 0.85, 1.0 ), 0.8 * uTear * soft( ellipse( vec2( abs( p.x ) - 0.16, p.y + 0.104 ), vec2( 0.052, 0.013 ) ) ) );
  }
  if ( ink.a < 0.004 ) discard;
  gl_FragColor = vec4( ink.rgb * uLight, ink.a );
  gl_FragColor.rgb /= max( ink.a, 0.001 );
  #include <colorspace_fragment>
}`;

const NUMBERS = {
  uOpenL: 1,
  uOpenR: 1,
  uArcL: 0,
  uArcR: 0,
  uSlant: 0,
  uPupil: 1,
  uBrow: 0,
  uBrowLift: 0,
  uSmile: 0.5,
  uGape: 0,
  uWide: 1,
  uBlush: 0.5,
  uHeart: 0,
  uStar: 0,
  uTear: 0,
  uTime: 0,
  uLight: 1,
  uLids: 0,
};

export class Face {
  readonly mesh: Mesh<BufferGeometry, ShaderMaterial>;

  constructor() {
    const uniforms = {
      ...Object.fromEntries(Object.entries(NUMBERS).map(([name, value]) => [name, { value }])),
      uLook: { value: [0, 0] },
    };
    const material = new ShaderMaterial({
      uniforms,
      vertexShader: VERTEX,
      fragmentShader: FRAGMENT,
      transparent: true,
      depthWrite: false,
    });
    this.mesh = new Mesh(patch(), material);
    this.mesh.renderOrder = 2;
  }

  set light(value: number) {
    this.#set("uLight", value);
  }

  /** `lids`: 0–1, closed by blinking. */
  show(now: Joints, lids: number, time: number): void {
    const open = Math.min(Math.max(now.open, 0), 1.12);
    this.#set("uOpenL", open);
    this.#set("uOpenR", open);
    this.#set("uLids", lids);
    this.#set("uArcL", now.arc);
    this.#set("uArcR", Math.max(now.arc, now.wink));
    this.#set("uSlant", now.slant);
    this.#set("uPupil", now.pupil);
    this.#set("uBrow", now.brow);
    this.#set("uBrowLift", now.browLift);
    this.#set("uSmile", now.smile);
    this.#set("uGape", now.gape);
    this.#set("uWide", now.wide);
    this.#set("uBlush", now.blush);
    this.#set("uHeart", now.heart);
    this.#set("uStar", now.star);
    this.#set("uTear", now.tear);
    this.#set("uTime", time % 1000);
    const look = this.mesh.material.uniforms.uLook;
    if (look) look.value = [now.lookX, now.lookY];
  }

  #set(name: keyof typeof NUMBERS, value: number): void {
    const uniform = this.mesh.material.uniforms[name];
    if (uniform) uniform.value = value;
  }
}

/** A piece of the head's surface, a little above it. */
function patch(): BufferGeometry {
  const [across, down] = [20, 16];
  const [positions, index]: [number[], number[]] = [[], []];
  for (let row = 0; row <= down; row++) {
    for (let column = 0; column <= across; column++) {
      const x = (column / across - 0.5) * 2 * HALF_WIDTH;
      const y = TOP + (BOTTOM - TOP) * (row / down);
      positions.push(x, y, headFront(x, y) + 0.008);
      if (row === down || column === across) continue;
      const at = row * (across + 1) + column;
      index.push(at, at + across + 1, at + 1, at + 1, at + across + 1, at + across + 2);
    }
  }
  const geometry = new BufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(new Float32Array(positions), 3));
  geometry.setIndex(index);
  geometry.translate(0, 0, 0);
  return geometry;
}

/** Where the patch belongs, from the head's joint. */
export const faceHeight = (joint: number): number => HEAD.y - joint;
