import { describe, expect, it } from 'vitest';

import type { ValidationRecord } from '../../src/core/validationRecord.ts';
import { headlineOf } from '../../src/report/cohort/headlines.ts';
import { preservationItems, removalItems } from '../../src/report/cohort/itemCatalogue.ts';
import { sampleSizeNote } from '../../src/report/cohort/sampleSize.ts';
import { worstScans } from '../../src/report/cohort/worstScans.ts';
import { cohortSections, renderCohortReport } from '../../src/report/cohortReport.ts';
import { sampleCohort } from '../support/sampleCohort.ts';
import { found, sampleValidation } from '../support/sampleValidation.ts';

const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');

function pageOf(changes: Partial<ValidationRecord> = {}): string {
  const record = sampleCohort({ validation: sampleValidation(changes) });
  return renderCohortReport(record, worstScans(record).map((worst) => ({ ...worst, png })));
}

/** One section of the page. */
function sectionOf(page: string, id: string): string {
  return new RegExp(`<section id="${id}"[\\s\\S]*?</section>`).exec(page)![0];
}

function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}

const page = pageOf();

describe('validation report', () => {
  it('shows numbers of the record only, to the last digit', () => {
    const record = sampleCohort({ validation: sampleValidation() });
    const known = new Set(numbersIn(record));
    const shown = [...page.matchAll(/<data value="([^"]*)"/g)].map(([, value]) => Number(value));
    expect(shown.length).toBeGreaterThan(400);
    expect(shown.filter((number) => !known.has(number) && number !== record.issues.length)).toEqual([]);
  });

  it('shows before and after of every row, its interval, p and q', () => {
    const body = sectionOf(page, 'removal') + sectionOf(page, 'preservation');
    const rows = sampleValidation().rows.filter(({ arm }) => arm === 'before' || arm === 'harmonized');
    for (const { finding } of rows) {
      if (!('value' in finding)) continue;
      for (const number of [finding.value, finding.low, finding.high, finding.p, finding.q]) expect(body).toContain(`<data value="${number}"`);
    }
  });

  it('names every item of both halves, present or absent with its reason', () => {
    for (const [id, items] of [['removal', removalItems], ['preservation', preservationItems]] as const) {
      const section = sectionOf(page, id);
      for (const item of Object.keys(items)) expect(section, item).toContain(`<span class="item">${item}</span>`);
    }
    expect(sectionOf(page, 'preservation')).toContain('no lesion masks');
    const without = sectionOf(pageOf({ rows: [] }), 'preservation');
    expect(without).toContain('absent, no lesion masks were given.');
    expect(without).not.toContain('<table class="items">');
  });

  it('has the sections of its table of contents in order', () => {
    const ids = [...page.matchAll(/<section id="([^"]+)"/g)].map(([, id]) => id);
    expect(ids).toEqual(cohortSections.map(({ id }) => id));
    expect(ids).toEqual(['summary', 'cohort', 'removal', 'preservation', 'probes', 'arms', 'failures', 'samples', 'limits', 'methods', 'checklist', 'reproduce']);
  });

  it('gives every chart and picture a text alternative', () => {
    expect(page.match(/class="chart[^"]*" role="img" aria-label="[^"]{20,}"/g)!.length).toBe(page.match(/class="chart/g)!.length);
    expect(page.match(/<desc>[^<]{20,}<\/desc>/g)!.length).toBe(page.match(/class="chart/g)!.length);
    expect(page.match(/<img [^>]*alt="[^"]{20,}"/g)!.length).toBe(10);
  });
});

describe('features over scans', () => {
  it('count the reference once, and never among before and after, however the record lists its scans', () => {
    const { drawings } = sampleValidation();
    const underEveryArm = drawings.samples.flatMap((sample) => (sample.arm === 'reference' ? ['before', 'harmonized'].map((arm) => ({ ...sample, arm })) : [sample]));
    for (const samples of [drawings.samples, underEveryArm]) {
      expect(pageOf({ drawings: { ...drawings, samples } }).match(/n = 22, 22, reference 24/g)).toHaveLength(2);
    }
  });
});

describe('the two headline scores', () => {
  it('stand in two boxes with their own intervals, and nothing adds them up', () => {
    const summary = sectionOf(page, 'summary');
    expect(summary).toMatch(/id="headline-batchRemoval"[\s\S]*0\.71[\s\S]*0\.65[\s\S]*0\.77[\s\S]*id="headline-preservation"[\s\S]*0\.93/);
    expect(summary).not.toContain(`<data value="${(0.712 + 0.931) / 2}"`);
  });

  it('preservation is withheld where site and people cannot be told apart, on every place of the page', () => {
    const { design } = sampleValidation();
    const confounded = pageOf({ design: { ...design, identifiable: false, verdict: 'Age is determined by site.' } });
    expect(sectionOf(confounded, 'summary')).toMatch(/id="headline-preservation">[\s\S]*?withheld[\s\S]*?Age is determined by site/);
    expect(confounded).not.toContain('<data value="0.931"');
    expect(sectionOf(confounded, 'arms')).not.toContain('<data value="0.912"><');
    expect(sectionOf(confounded, 'arms')).toContain('Withheld: site and people cannot be told apart');
  });

  it('batch removal is withheld without an output-trained probe that has a value', () => {
    const validation = sampleValidation();
    expect(headlineOf(validation, 'batchRemoval')).toMatchObject({ value: 0.712 });
    expect(headlineOf({ ...validation, probes: [] }, 'batchRemoval')).toEqual({ unavailable: 'NO_SITE_PROBES' });
    const few = validation.probes.map((row) => ({ ...row, balancedAccuracy: { unavailable: 'FEW_SUBJECTS' } }));
    expect(headlineOf({ ...validation, probes: few }, 'batchRemoval')).toEqual({ unavailable: 'NO_SITE_PROBES' });
    expect(sectionOf(pageOf({ probes: [] }), 'summary')).toMatch(/id="headline-batchRemoval">[\s\S]*?withheld[\s\S]*?No site probe could be run/);
  });
});

describe('what so few people can show', () => {
  const ofSize = (subjects: number): ValidationRecord => {
    const { design } = sampleValidation();
    return sampleValidation({ design: { ...design, table1: design.table1.map((column) => ({ ...column, subjects })) } });
  };

  it('quotes the largest simulated size that is no larger than the smallest site', () => {
    expect(sampleSizeNote('V-15', ofSize(22))).toContain('With 20 per site, a shift of 0.5 SD in 3 of 10 dimensions is found in 35 %');
    expect(sampleSizeNote('V-15', ofSize(40))).toContain('71 %');
    expect(sampleSizeNote('V-15', ofSize(7))).toContain('Simulations start at 10');
    expect(sampleSizeNote('V-17', ofSize(22))).toContain('±0.181');
    expect(sampleSizeNote('V-17', ofSize(9))).toContain('more than ±0.259');
    expect(sampleSizeNote('V-12', ofSize(22))).toBeNull();
  });

  it('stands beside the number it is about', () => {
    expect(sectionOf(page, 'removal')).toMatch(/V-15<\/span>[^<]*<span class="unit">[^<]*found in 35 % of studies/);
    expect(sectionOf(page, 'probes')).toContain('±0.181');
  });
});

describe('arms', () => {
  it('strong but wrong controls are exposed in words', () => {
    const arms = sectionOf(page, 'arms');
    expect(arms).toMatch(/<dt>Blur, 2 voxels<\/dt><dd>[\s\S]*?Fine detail is gone[\s\S]*?<code>TEXTURE_LOST<\/code>/);
    expect(arms).toMatch(/<dt>Blur, 2 voxels<\/dt><dd>[\s\S]*?People were made alike/);
  });

  it('an arm without numbers says why', () => {
    const arms = sampleValidation().arms.map((arm) => (arm.arm === 'nyul' ? { ...arm, unavailable: 'FEW_REFERENCE_SCANS' } : arm));
    expect(sectionOf(pageOf({ arms }), 'arms')).toContain('absent: few reference scans');
  });
});

describe('names from files', () => {
  it('are escaped wherever they stand', () => {
    const hostile = '"><script>alert(1)</script>';
    const validation = sampleValidation();
    const bad = pageOf({
      sites: [hostile, 'beta'],
      design: {
        ...validation.design, verdict: hostile, flow: [{ site: hostile, found: 1, readable: 1, refused: { [hostile]: 1 }, unmatched: 0, analysed: 0 }],
        table1: [{ site: hostile, scans: 1, subjects: 1, small: 'descriptive', cells: { [hostile]: hostile } }],
      },
      arms: validation.arms.map((arm) => ({ ...arm, name: hostile, purpose: hostile, exposed: [hostile] })),
      rows: [{ item: 'V-10', statistic: hostile, arm: 'before', sites: hostile, scope: hostile, n: 1, finding: found(1) }],
      drawings: { ...validation.drawings, worst: [{ name: hostile, arm: 'harmonized', metric: hostile, value: 1 }], pca: { ...validation.drawings.pca!, scans: validation.drawings.pca!.scans.map((scan) => ({ ...scan, site: hostile })) } },
    });
    expect(bad).not.toContain('<script');
    expect(bad).toContain('&lt;script&gt;');
  });
});
