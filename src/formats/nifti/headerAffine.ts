import { affineOf, applyAffine, axisVector, determinant, spacingOf } from '../../core/affine.ts';
import type { Affine, Vector3 } from '../../core/affine.ts';
import { issue, ScanRefusal } from '../../core/issues.ts';
import type { Issue } from '../../core/issues.ts';
import type { Shape3 } from '../../core/volume.ts';
import type { NiftiHeader } from './header.ts';

/** Disagreement of qform and sform at the corners of the grid, in voxels, below which it is rounding. */
const CORNER_TOLERANCE = 0.1;

/**
 * Voxel index → RAS+ mm: sform if sform_code > 0, else qform if qform_code > 0, else pixdim (nifti1.h, methods
 * 3, 2, 1). Units: mm, whatever the file's spatial unit.
 *
 * @returns the affine and its flags: QFORM_SFORM_DIFFER, NO_ORIENTATION
 * @throws ScanRefusal MALFORMED when the affine is not finite or not invertible
 */
export function affineOfHeader(header: NiftiHeader): { affine: Affine; issues: Issue[] } {
  const sform = header.sformCode > 0 ? sformAffine(header) : undefined;
  const qform = header.qformCode > 0 ? qformAffine(header) : undefined;
  const affine = sform ?? qform ?? pixdimAffine(header);
  checkInvertible(affine);
  const issues: Issue[] = [];
  if (sform && qform) {
    const gap = largestCornerGap(sform, qform, header.shape);
    const limit = CORNER_TOLERANCE * Math.min(...spacingOf(sform));
    if (!(gap <= limit)) issues.push(issue('QFORM_SFORM_DIFFER', `largest distance ${gap.toFixed(2)} mm`));
  }
  if (!sform && !qform) issues.push(issue('NO_ORIENTATION', 'qform_code and sform_code are 0'));
  return { affine, issues };
}

function sformAffine({ srow, mmPerUnit }: NiftiHeader): Affine {
  const mm = srow.map((value) => value * mmPerUnit);
  return affineOf([mm.slice(0, 4), mm.slice(4, 8), mm.slice(8, 12)]);
}

/**
 * Notation of nifti1.h: the unit quaternion is (a, b, c, d), of which b, c, d are stored; the third column is
 * multiplied by qfac. Stored float32 values can make b² + c² + d² exceed 1 by rounding: then a = 0 and the three
 * are normalised, as the NIfTI reference code does.
 */
function qformAffine({ quatern, qoffset, pixdim, qfac, mmPerUnit }: NiftiHeader): Affine {
  let [b, c, d] = quatern;
  const rest = 1 - (b * b + c * c + d * d);
  let a = Math.sqrt(Math.max(rest, 0));
  if (rest < 1e-7) {
    const norm = Math.hypot(b, c, d);
    [a, b, c, d] = [0, b / norm, c / norm, d / norm];
  }
  const [sx, sy, sz] = [pixdim[0] * mmPerUnit, pixdim[1] * mmPerUnit, pixdim[2] * qfac * mmPerUnit];
  const [x, y, z] = [qoffset[0] * mmPerUnit, qoffset[1] * mmPerUnit, qoffset[2] * mmPerUnit];
  return affineOf([
    [(a * a + b * b - c * c - d * d) * sx, 2 * (b * c - a * d) * sy, 2 * (b * d + a * c) * sz, x],
    [2 * (b * c + a * d) * sx, (a * a + c * c - b * b - d * d) * sy, 2 * (c * d - a * b) * sz, y],
    [2 * (b * d - a * c) * sx, 2 * (c * d + a * b) * sy, (a * a + d * d - b * b - c * c) * sz, z],
  ]);
}

function pixdimAffine({ pixdim, mmPerUnit }: NiftiHeader): Affine {
  const [x, y, z] = pixdim;
  return affineOf([
    [x * mmPerUnit, 0, 0, 0],
    [0, y * mmPerUnit, 0, 0],
    [0, 0, z * mmPerUnit, 0],
  ]);
}

function checkInvertible(affine: Affine): void {
  const isFinite = affine.rows.every((row) => row.every((value) => Number.isFinite(value)));
  // the volume of the voxel against that of a box with its edges: 0 when the axes lie in one plane
  const [x, y, z] = spacingOf(affine);
  const fullness = Math.abs(determinant(affine)) / (x * y * z);
  if (isFinite && fullness > 1e-4) return;
  throw new ScanRefusal('MALFORMED', 'the affine must be finite and invertible');
}

function largestCornerGap(a: Affine, b: Affine, shape: Shape3): number {
  let largest = 0;
  for (let corner = 0; corner < 8; corner++) {
    const voxel: Vector3 = [
      corner & 1 ? shape[0] - 1 : 0,
      corner & 2 ? shape[1] - 1 : 0,
      corner & 4 ? shape[2] - 1 : 0,
    ];
    const p = applyAffine(a, voxel);
    const q = applyAffine(b, voxel);
    largest = Math.max(largest, Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]));
  }
  // a one-slice grid has no extent along its normal, so the axis itself is compared too
  for (const axis of [0, 1, 2] as const) {
    const p = axisVector(a, axis);
    const q = axisVector(b, axis);
    largest = Math.max(largest, Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]));
  }
  return largest;
}
