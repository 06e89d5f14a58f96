/** The camera that takes the shot: far enough that what has to be seen fits into the picture. */
import { type PerspectiveCamera, Vector3 } from "three";
import type { Camera, Shot } from "../camera.ts";

const chased = new WeakMap<PerspectiveCamera, Shot>();

/** `aspect`: width over height. Follows softly, so that a shot that was broken off does not jump. */
export function aim(camera: PerspectiveCamera, from: Camera, aspect: number, seconds: number): void {
  const shot = chase(chased.get(camera) ?? from.now, from.now, 1 - Math.exp(-seconds * 14));
  chased.set(camera, shot);
  const high = Math.tan((camera.fov * Math.PI) / 360);
  const far = Math.max(shot.height / 2 / high, shot.width / 2 / (high * aspect));
  const around = shot.around + from.nudge.around;
  const above = Math.min(Math.max(shot.above + from.nudge.above, 0.02), 1.45);
  const middle = new Vector3(shot.x, shot.y, shot.z);
  camera.position.set(
    middle.x + Math.sin(around) * Math.cos(above) * far,
    middle.y + Math.sin(above) * far,
    middle.z + Math.cos(around) * Math.cos(above) * far,
  );
  if (camera.aspect !== aspect) {
    camera.aspect = aspect;
    camera.updateProjectionMatrix();
  }
  camera.lookAt(middle);
  camera.updateMatrixWorld();
}

function chase(from: Shot, to: Shot, share: number): Shot {
  const next = { ...to };
  for (const key of ["around", "above", "width", "height", "x", "y", "z"] as const) {
    next[key] = from[key] + (to[key] - from[key]) * share;
  }
  return next;
}
