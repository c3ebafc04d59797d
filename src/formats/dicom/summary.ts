import type { Acquisition } from '../../core/scanRecord.ts';
import type { InstanceHeader } from './instanceHeader.ts';

/** What a series' headers say of it; nothing a patient could be known by. Shown of refused series too. */
export type SeriesSummary = Readonly<{
  modality: 'MR' | 'CT' | 'unknown';
  /** Columns, rows, files. */
  size: readonly [number, number, number];
  acquisition: Acquisition;
  /** What sets this volume apart from the others of its series: `EchoTime 92`; undefined when it is alone. */
  part?: string;
}>;

/** @param count files of the series, of which `first` is one */
export function summarize(first: InstanceHeader | undefined, count: number, part: string): SeriesSummary {
  const { modality } = first ?? {};
  return {
    modality: modality === 'MR' || modality === 'CT' ? modality : 'unknown',
    size: [first?.pixels.columns ?? 0, first?.pixels.rows ?? 0, count],
    acquisition: first?.acquisition ?? {},
    ...(part === '' ? {} : { part }),
  };
}
