import { ScanRefusal } from '../../core/issues.ts';
import { declaredModality, type ScanInput } from '../../formats/scan.ts';
import { readModality } from '../modality.ts';

/** What the first scan that can be read is, by its header, sidecar or name, and where these say nothing by its values. Without any such scan MR. */
export async function modalityOfScans(inputs: readonly ScanInput[]): Promise<'MR' | 'CT'> {
  for (const input of inputs) {
    try {
      const declared = await declaredModality(input);
      return declared === 'unknown' ? (await readModality(input)).modality : declared;
    } catch (error) {
      // it is refused with its own reason when its turn comes
      if (!(error instanceof ScanRefusal)) throw error;
    }
  }
  return 'MR';
}
