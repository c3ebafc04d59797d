import { ScanRefusal } from '../core/issues.ts';
import { planesInMemory } from '../core/planes.ts';
import type { PlaneSink } from '../core/planes.ts';
import { voxelCount } from '../core/volume.ts';
import type { Shape3 } from '../core/volume.ts';

/** Memory for a whole scan in float32. */
const DEFAULT_MAX_BYTES = 4 * 2 ** 30;

/** The samples of a whole volume, as its planes come in. */
export type WholeSamples = PlaneSink & Readonly<{ scale: 'scanner'; samples: Float32Array }>;

/** @throws by the returned function: ScanRefusal TOO_LARGE beyond the budget in bytes [default: 4 GiB] */
export function holdWhole(maxBytes = DEFAULT_MAX_BYTES): (shape: Shape3) => WholeSamples {
  return (shape) => {
    const needed = voxelCount(shape) * Float32Array.BYTES_PER_ELEMENT;
    if (needed > maxBytes) throw new ScanRefusal('TOO_LARGE', `${needed} bytes of memory needed, ${maxBytes} allowed`);
    const samples = new Float32Array(voxelCount(shape));
    return { scale: 'scanner', samples, write: planesInMemory(samples, shape).write };
  };
}
