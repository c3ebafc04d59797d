import { describe, expect, it } from 'vitest';

import { formatMetricsTable } from '../../src/report/cohort/metricsTable.ts';
import { cohortSections, renderCohortReport } from '../../src/report/cohortReport.ts';
import { sampleCohort } from '../support/sampleCohort.ts';

describe('cohort report', () => {
  const record = sampleCohort();
  const page = renderCohortReport(record);
  const numbers = [...page.matchAll(/<data value="([^"]*)"/g)].map(([, value]) => Number(value));
  const table = formatMetricsTable(record).replace(/\n$/, '').split('\n').map((line) => line.split('\t'));

  it('prints before, after, floor, gain and p of every distance, exactly', () => {
    for (const row of record.distances) {
      for (const estimate of [row.before, row.after, row.floor, row.gain, row.pGain]) {
        if ('value' in estimate) expect(numbers).toContain(estimate.value);
      }
    }
  });

  it('holds no number that the table does not hold', () => {
    const inTable = new Set(table.flatMap((cells) => cells.map(Number)));
    const counts = new Set([...Object.values(record.counts), record.issues.length]);
    for (const number of numbers) expect(inTable.has(number) || counts.has(number)).toBe(true);
  });

  it('writes one row a number, absent ones with their reason and no value', () => {
    expect(table[0]).toEqual(['scope', 'item', 'metric', 'set', 'value', 'ci_low', 'ci_high', 'unavailable']);
    expect(table).toContainEqual(['cohort', 'brainIntensity', 'wasserstein1', 'before', '0.0412', String(0.0412 * 0.8), String(0.0412 * 1.3), '']);
    expect(table).toContainEqual(['cohort', 'brainIntensity', 'wasserstein1', 'pAfter', '', '', '', 'FEW_SUBJECTS']);
    expect(table.every((cells) => cells.length === 8)).toBe(true);
  });

  it('names every scan that was left out, and why', () => {
    expect(page).toContain('--after has no scan named sub-09_T1w');
    expect([...page.matchAll(/<section id="([^"]+)"/g)].map(([, id]) => id)).toEqual(cohortSections.map(({ id }) => id));
  });

  it('says that harm is harm', () => {
    const harmed = sampleCohort({ distances: record.distances.map((row) => ({ ...row, gain: { value: -0.4 } })) });
    expect(renderCohortReport(harmed)).toContain('Farther from the floor than before: harm.');
  });

  it('says that the error to the truth is absent where no truth was given', () => {
    expect(renderCohortReport(sampleCohort({ paired: [] }))).toContain('Absent: no truth was given.');
  });
});
