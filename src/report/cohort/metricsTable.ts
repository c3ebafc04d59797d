import type { CohortRecord, Estimate } from '../../core/cohortRecord.ts';

const columns = ['scope', 'item', 'metric', 'set', 'value', 'ci_low', 'ci_high', 'unavailable'] as const;

/** Every number of a cohort evaluation as tab-separated text, one a line, in full precision. */
export function formatMetricsTable(record: CohortRecord): string {
  const rows: (readonly (string | number)[])[] = [columns];
  const add = (scope: string, item: string, metric: string, set: string, estimate: Estimate): void => {
    if ('unavailable' in estimate) rows.push([scope, item, metric, set, '', '', '', estimate.unavailable]);
    else rows.push([scope, item, metric, set, estimate.value, estimate.low ?? '', estimate.high ?? '', '']);
  };
  for (const row of record.distances) {
    for (const set of ['before', 'after', 'floor', 'gain', 'pBefore', 'pAfter', 'pGain'] as const) add('cohort', row.feature, row.measure, set, row[set]);
  }
  for (const row of record.paired) {
    for (const set of ['before', 'after', 'gapClosed', 'p'] as const) add('paired', row.region, row.measure, set, row[set]);
  }
  for (const row of record.summaries) {
    for (const set of ['before', 'after', 'reference', 'orderKept', 'spreadRatio'] as const) add('summary', record.modality === 'CT' ? 'body' : 'brain', row.id, set, row[set]);
  }
  for (const { name, values } of record.scans) {
    for (const [key, value] of Object.entries(values)) {
      const [metric = '', set = ''] = key.split('.');
      add('scan', name, metric, set, value === null ? { unavailable: 'NO_VALUE' } : { value });
    }
  }
  for (const [key, count] of Object.entries(record.counts)) {
    if (typeof count === 'number') add('counts', key, 'count', '', { value: count });
  }
  add('counts', 'issues', 'count', '', { value: record.issues.length });
  return `${rows.map((row) => row.join('\t')).join('\n')}\n`;
}
