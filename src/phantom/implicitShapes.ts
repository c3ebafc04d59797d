import type { Vector3 } from '../core/affine.ts';

/**
 * Signed distances in mm, negative inside, to the few shapes the atlas is made of. They are exact for the
 * capsule and first-order for the ellipsoid (f / |∇f|), which is enough within some mm of the surface.
 */
export type Ellipsoid = Readonly<{ centre: Vector3; radii: Vector3 }>;

/** A bent tube: straight tapered pieces between the nodes; `r` is the radius in mm. */
export type TubeNode = Readonly<{ at: Vector3; r: number }>;

export function ellipsoid(x: number, y: number, z: number, shape: Ellipsoid): number {
  // Indexed, not destructured: this runs some ten million times a head
  const { centre, radii } = shape;
  const u = (x - centre[0]) / radii[0];
  const v = (y - centre[1]) / radii[1];
  const w = (z - centre[2]) / radii[2];
  const level = Math.sqrt(u * u + v * v + w * w);
  if (level < 1e-6) return -Math.min(radii[0], radii[1], radii[2]);
  const gx = u / radii[0];
  const gy = v / radii[1];
  const gz = w / radii[2];
  return (level * (level - 1)) / Math.sqrt(gx * gx + gy * gy + gz * gz);
}

export function tube(x: number, y: number, z: number, nodes: readonly TubeNode[]): number {
  let nearest = Infinity;
  for (let n = 1; n < nodes.length; n++) {
    nearest = Math.min(nearest, taperedCapsule(x, y, z, nodes[n - 1]!, nodes[n]!));
  }
  return nearest;
}

function taperedCapsule(x: number, y: number, z: number, from: TubeNode, to: TubeNode): number {
  const ax = from.at[0];
  const ay = from.at[1];
  const az = from.at[2];
  const dx = to.at[0] - ax;
  const dy = to.at[1] - ay;
  const dz = to.at[2] - az;
  const along = ((x - ax) * dx + (y - ay) * dy + (z - az) * dz) / (dx * dx + dy * dy + dz * dz);
  const t = along < 0 ? 0 : along > 1 ? 1 : along;
  const ex = x - ax - t * dx;
  const ey = y - ay - t * dy;
  const ez = z - az - t * dz;
  return Math.sqrt(ex * ex + ey * ey + ez * ez) - (from.r + t * (to.r - from.r));
}

/** Union whose seam is rounded over `blend` mm (polynomial smooth minimum, Quilez 2013). */
export function join(a: number, b: number, blend: number): number {
  const h = Math.max(0, blend - Math.abs(a - b)) / blend;
  return Math.min(a, b) - (h * h * blend) / 4;
}

/** Intersection with a rounded edge. */
export function overlap(a: number, b: number, blend: number): number {
  return -join(-a, -b, blend);
}

/** `a` without `b`, with a rounded edge. */
export function cut(a: number, b: number, blend: number): number {
  return -join(-a, b, blend);
}
