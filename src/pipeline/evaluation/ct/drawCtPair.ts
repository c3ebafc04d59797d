import type { CtPicture } from '../../../core/ctRecord.ts';
import { ScanRefusal } from '../../../core/issues.ts';
import type { SlicedVolume } from '../../../core/planes.ts';
import { sliceStackOf } from '../../../core/sliceStack.ts';
import { cleanSlice } from '../../../field/huClasses.ts';
import type { ScanInput } from '../../../formats/scan.ts';
import { drawWorstCt } from '../../../report/cohort/gallery.ts';
import { createPictureTaker } from '../../ctPictures.ts';
import { isOneGrid } from '../onGrid.ts';
import { withCts } from './withCts.ts';

/** Three slices of a CT before and after, and their difference, as the bytes of a PNG. @throws ScanRefusal where a scan cannot be read, or the two lie on different grids */
export function drawCtPair(before: ScanInput, after: ScanInput, scratchDir: string): Promise<Uint8Array> {
  return withCts([before, after], scratchDir, ([source, made]) => {
    if (!isOneGrid(source!, made!)) throw new ScanRefusal('OTHER_GRID', 'before and after lie on different grids');
    return drawWorstCt(overviews(source!), overviews(made!));
  });
}

function overviews(volume: SlicedVolume): CtPicture[] {
  const stack = sliceStackOf(volume);
  const camera = createPictureTaker(stack);
  const [hu, noWeight] = [new Float32Array(stack.shape[0] * stack.shape[1]), new Float32Array(stack.shape[0] * stack.shape[1])];
  return camera.slices.flatMap((k) => {
    stack.read(k, hu);
    cleanSlice(hu, hu);
    return camera.take(k, hu, noWeight).filter(({ kind }) => kind === 'overview');
  });
}
