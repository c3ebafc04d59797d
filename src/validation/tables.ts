import type { Finding, ValidationRecord } from '../core/validationRecord.ts';
import { leftOutShare } from './leftOut.ts';

const findingColumns = ['value', 'ci_low', 'ci_high', 'no_interval', 'p', 'q', 'detectable', 'unavailable'] as const;

/** validation.tsv: every row of the comparison, one a line, in full precision. */
export function validationTable({ rows, headlines, excesses, arms }: ValidationRecord): string {
  const headline = (name: string, list: ValidationRecord['headlines']['batchRemoval']): (string | number)[][] =>
    list.flatMap(({ arm, finding, parts }) => [
      ['headline', name, arm, 'all', 'all', '', ...cells(finding)],
      ...parts.flatMap(({ statistic, weight, raw, score }) => [
        ['headline', `${name}.${statistic}.raw`, arm, 'all', `weight ${weight}`, '', ...cells(raw)],
        ['headline', `${name}.${statistic}.score`, arm, 'all', `weight ${weight}`, '', ...cells(score)],
      ]),
    ]);
  return tsv([
    ['item', 'statistic', 'arm', 'sites', 'scope', 'n', ...findingColumns],
    ...headline('batchRemoval', headlines.batchRemoval),
    ...headline('preservation', headlines.preservation),
    ...rows.map(({ item, statistic, arm, sites, scope, n, finding }) => [item, statistic, arm, sites, scope, n, ...cells(finding)]),
    ...excesses.map(({ excess, arm, model, finding }) => ['V-17', `${excess}Excess`, arm, 'all', model, '', ...cells(finding)]),
    ...arms.map(({ arm, exposed, unavailable }) => ['arm', 'exposed', arm, 'all', exposed.join(' '), '', ...cells(unavailable === undefined ? NOTHING : { unavailable })]),
  ]);
}

/** validation-features.tsv: every feature of every arm between two sites. */
export function featuresTable({ features }: ValidationRecord): string {
  const statistics = ['cohenD', 'hedgesG', 'logVarianceRatio', 'spreadTest', 'wasserstein1', 'ks', 'equivalence', 'iccBatch', 'r2Covariates', 'r2CovariatesBatch'] as const;
  return tsv([
    ['feature', 'arm', 'sites', 'n_first', 'n_second', 'statistic', ...findingColumns],
    ...features.flatMap((row) => statistics.map((statistic) => [row.feature, row.arm, row.sites, row.n[0], row.n[1], statistic, ...cells(row[statistic])])),
  ]);
}

/** validation-probes.tsv: every site probe. */
export function probesTable({ probes }: ValidationRecord): string {
  return tsv([
    ['probe', 'arm', 'trained_on', 'scope', 'model', 'n', 'chance', 'seeds_low', 'seeds_high', 'statistic', ...findingColumns],
    ...probes.flatMap((row) => (['balancedAccuracy', 'auc', 'asReference'] as const).map((statistic) => [
      row.probe, row.arm, row.trainedOn, row.scope, row.model, row.n, row.chance, row.seeds?.low ?? '', row.seeds?.high ?? '', statistic, ...cells(row[statistic]),
    ])),
  ]);
}

/** validation-cohort.tsv: who was looked at (V-01 to V-03), agreement scan by scan, and the worst scans. */
export function cohortTable({ design, drawings }: ValidationRecord): string {
  const counts = (part: string, site: string, values: Readonly<Record<string, number>>): (string | number)[][] =>
    Object.entries(values).map(([statistic, value]) => [part, site, 'all', 'cohort', '', statistic, ...cells({ value }), '']);
  return tsv([
    ['part', 'site', 'name', 'arm', 'n', 'statistic', ...findingColumns, 'text'],
    ...design.flow.flatMap((row) => {
      const { site, found, readable, refused, unmatched, analysed } = row;
      const byCode = Object.fromEntries(Object.entries(refused).map(([code, count]) => [`refused.${code}`, count]));
      return counts('flow', site, { found, readable, unmatched, analysed, leftOutShare: leftOutShare(row), ...byCode });
    }),
    ...design.table1.flatMap(({ site, subjects, scans, cells: printed }) => [
      ...counts('table1', site, { subjects, scans }),
      ...Object.entries(printed).map(([name, cell]) => ['table1', site, name, 'cohort', '', 'cell', ...cells(typeof cell === 'string' ? NOTHING : cell), typeof cell === 'string' ? cell : '']),
    ]),
    ...design.leftOut.flatMap(({ site, covariate, level, found, share }) => [
      ['leftOut', site, `${covariate} ${level}`, 'cohort', '', 'found', ...cells(found), ''],
      ['leftOut', site, `${covariate} ${level}`, 'cohort', '', 'share', ...cells(share), ''],
    ]),
    ...design.confounding.map(({ covariate, test, association, verdict }) => ['confounding', 'all', covariate, 'cohort', '', test, ...cells(association), verdict]),
    ...drawings.blandAltman.flatMap(({ feature, arm, points, ...limits }) =>
      (['bias', 'lower', 'upper'] as const).map((statistic) => ['agreement', 'all', feature, arm, points.length, statistic, ...cells(limits[statistic]), ''])),
    ...drawings.worst.map(({ name, arm, metric, value }) => ['worst', 'all', name, arm, '', metric, ...cells({ value }), '']),
  ]);
}

/** Where another column holds all there is. */
const NOTHING: Finding = { unavailable: '' };

function cells(finding: Finding): (string | number)[] {
  if ('unavailable' in finding) return ['', '', '', '', '', '', '', finding.unavailable];
  const { value, low, high, noInterval, p, q, detectable } = finding;
  return [value, low ?? '', high ?? '', noInterval ?? '', p ?? '', q ?? '', detectable ?? '', ''];
}

function tsv(rows: readonly (readonly (string | number)[])[]): string {
  return `${rows.map((row) => row.join('\t')).join('\n')}\n`;
}
