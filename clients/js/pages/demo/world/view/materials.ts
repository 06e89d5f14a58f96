/** How surfaces look: soft like clay, with a rim of light; cheap enough for a renderer without a graphics card. */
import { Color, type IUniform, MeshLambertMaterial, type WebGLProgramParametersWithUniforms } from "three";

/** What all materials share, so that a change of theme is one write. */
export interface Look {
  readonly rim: IUniform<Color>;
  readonly fur: IUniform<Color>;
  readonly cream: IUniform<Color>;
  readonly glow: IUniform<number>;
  readonly time: IUniform<number>;
}

export const newLook = (): Look => ({
  rim: { value: new Color("#ffffff") },
  fur: { value: new Color("#5fc9a2") },
  cream: { value: new Color("#fffaf0") },
  glow: { value: 0 },
  time: { value: 0 },
});

const ONE_TAP = /* glsl */ `
float getShadow( sampler2DShadow shadowMap, vec2 size, float intensity, float bias, float radius, vec4 coord ) {
  coord.xyz /= coord.w;
  coord.z += bias;
  bool inside = all( greaterThanEqual( coord.xy, vec2( 0.0 ) ) ) && all( lessThanEqual( coord.xyz, vec3( 1.0 ) ) );
  if ( ! inside ) return 1.0;
  vec2 step = radius / size;
  #ifdef CHEAP_SHADOW
    float lit = texture( shadowMap, coord.xyz );
  #else
    float lit = 0.25 * ( texture( shadowMap, vec3( coord.xy + step * vec2( -0.4, -0.9 ), coord.z ) )
      + texture( shadowMap, vec3( coord.xy + step * vec2( 0.9, -0.4 ), coord.z ) )
      + texture( shadowMap, vec3( coord.xy + step * vec2( 0.4, 0.9 ), coord.z ) )
      + texture( shadowMap, vec3( coord.xy + step * vec2( -0.9, 0.4 ), coord.z ) ) );
  #endif
  return mix( 1.0, lit, intensity );
}
float unusedShadow(`;

/** Three's own shadow lookup with few, fixed taps: no grain, and a fifth of the work. */
function fewTaps(shader: WebGLProgramParametersWithUniforms, shadowChunk: string): void {
  const chunk = shadowChunk.replace(/float getShadow\(/, ONE_TAP);
  shader.fragmentShader = shader.fragmentShader.replace("#include <shadowmap_pars_fragment>", chunk);
}

export interface Surface {
  readonly look: Look;
  readonly shadowChunk: string;
  readonly cheap: boolean;
  /** How strong the rim of light is. */
  readonly rim: number;
}

/** Corners with colours, lit by Lambert's law, with a rim. */
export function clay({ look, shadowChunk, cheap, rim }: Surface): MeshLambertMaterial {
  const material = new MeshLambertMaterial({ vertexColors: true });
  if (cheap) material.defines = { ...material.defines, CHEAP_SHADOW: "" };
  material.onBeforeCompile = (shader) => {
    fewTaps(shader, shadowChunk);
    rimmed(shader, look, rim);
  };
  material.customProgramCacheKey = () => `clay ${rim} ${cheap}`;
  return material;
}

function rimmed(shader: WebGLProgramParametersWithUniforms, look: Look, rim: number): void {
  Object.assign(shader.uniforms, { uRim: look.rim });
  shader.fragmentShader = shader.fragmentShader
    .replace("void main() {", "uniform vec3 uRim;\nvoid main() {")
    .replace(
      "#include <envmap_fragment>",
      /* glsl */ `
    float edge = 1.0 - clamp( dot( normalize( vViewPosition ), normal ), 0.0, 1.0 );
    outgoingLight += uRim * edge * edge * edge * ${rim.toFixed(2)} * ( 0.35 + 0.65 * clamp( normal.y, 0.0, 1.0 ) );`,
    );
}

/** Her skin: fur in the colour she has, cream where it is marked, the rest as painted. */
export function skin(surface: Surface): MeshLambertMaterial {
  const { look } = surface;
  const material = clay(surface);
  const first = material.onBeforeCompile;
  material.onBeforeCompile = (shader, renderer) => {
    first(shader, renderer);
    Object.assign(shader.uniforms, { uFur: look.fur, uCream: look.cream, uGlow: look.glow });
    shader.vertexShader = shader.vertexShader.replace(
      "void main() {",
      "attribute float mark;\nvarying float vMark;\nvarying float vUp;\nvoid main() {\nvMark = mark;\nvUp = position.y;",
    );
    shader.fragmentShader = shader.fragmentShader
      .replace(
        "void main() {",
        "varying float vMark;\nvarying float vUp;\nuniform vec3 uFur;\nuniform vec3 uCream;\nuniform float uGlow;\nvoid main() {",
      )
      .replace(
        "#include <color_fragment>",
        /* glsl */ `
        float sharp = max( fwidth( vMark ), 0.04 );
        vec3 fur = uFur * ( 0.86 + 0.2 * smoothstep( 0.0, 1.3, vUp ) );
        vec3 coat = mix( fur, uCream, smoothstep( -sharp, sharp, vMark ) );
        diffuseColor.rgb = vMark > 2.0 ? vColor.rgb : coat;
        totalEmissiveRadiance += diffuseColor.rgb * vec3( 1.0, 0.62, 0.36 ) * uGlow * smoothstep( 0.1, 1.5, vUp );`,
      );
  };
  material.customProgramCacheKey = () => `skin ${surface.cheap}`;
  return material;
}
