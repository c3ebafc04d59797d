import { ScanRefusal } from '../core/issues.ts';
import { planesInMemory, planeSize } from '../core/planes.ts';
import type { Planes } from '../core/planes.ts';
import { voxelCount } from '../core/volume.ts';
import type { Shape3 } from '../core/volume.ts';
import { scratchPlanes } from './scratchPlanes.ts';

/** Up to here a scan is held in memory: 256 slices of 512². Beyond, memory no longer grows with their number. */
const MOST_IN_MEMORY = 256 * 2 ** 20;
/** Of one plane: working on it takes some fifty times its memory. */
const MOST_PIXELS = 2048 ** 2;

/** Bytes of disk that holding a scan of this shape takes; 0 where it lies in memory. */
export function scratchBytes(shape: Shape3, mostInMemory = MOST_IN_MEMORY): number {
  const bytes = voxelCount(shape) * Float32Array.BYTES_PER_ELEMENT;
  return bytes <= mostInMemory ? 0 : bytes;
}

/** Holds the planes of scans until it is closed. */
export type PlaneShelf = Readonly<{ hold: (shape: Shape3) => Planes; close: () => void }>;

/**
 * @param folder where a scratch file may lie
 * @throws by `hold`: ScanRefusal TOO_LARGE for a plane of more than 2048² voxels; as scratchPlanes
 */
export function openShelf(folder: string, mostInMemory = MOST_IN_MEMORY): PlaneShelf {
  const files: Readonly<{ close: () => void }>[] = [];
  return {
    hold: (shape) => {
      if (planeSize(shape) > MOST_PIXELS) throw new ScanRefusal('TOO_LARGE', `a slice has ${planeSize(shape)} voxels, ${MOST_PIXELS} may be`);
      if (scratchBytes(shape, mostInMemory) === 0) return planesInMemory(new Float32Array(voxelCount(shape)), shape);
      const planes = scratchPlanes(folder, shape);
      files.push(planes);
      return planes;
    },
    close: () => { for (const file of files.splice(0)) file.close(); },
  };
}
