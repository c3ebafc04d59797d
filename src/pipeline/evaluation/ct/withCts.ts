import { ScanRefusal } from '../../../core/issues.ts';
import type { SlicedVolume } from '../../../core/planes.ts';
import { openShelf } from '../../../formats/planeShelf.ts';
import { readPlanes, type ScanInput } from '../../../formats/scan.ts';

/** Reads CT scans plane by plane and holds them while `work` looks at them; large ones lie in scratch files. @throws ScanRefusal for what is wrong with a scan */
export async function withCts<Result>(inputs: readonly ScanInput[], scratchDir: string, work: (volumes: readonly SlicedVolume[]) => Result | Promise<Result>): Promise<Result> {
  const shelf = openShelf(scratchDir);
  try {
    const volumes: SlicedVolume[] = [];
    for (const input of inputs) {
      const scan = await readPlanes(input, shelf.hold);
      if (scan.modality === 'MR') throw new ScanRefusal('WRONG_MODALITY', 'the other scans are CT; this is MR');
      volumes.push(scan.volume);
    }
    return await work(volumes);
  } finally {
    shelf.close();
  }
}
