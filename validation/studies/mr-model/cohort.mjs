// Two real protocols, both ways: node validation/studies/mr-model/cohort.mjs --data ../shared/data --bundle models/mr-head/VERSION [--contrast T1w] [--json FILE]
// References: every second scan of the other group; every number is measured against the other half, which no arm has seen.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadProtocol } from '../../../dist/config/protocol.js';
import { randomStream } from '../../../dist/core/random.js';
import { readScan } from '../../../dist/formats/scan.js';
import { loadBundle } from '../../../dist/inference/bundle.js';
import { gradientCorrelation } from '../../../dist/metrics/gradientCorrelation.js';
import { localContrast } from '../../../dist/metrics/localContrast.js';
import { spearman } from '../../../dist/metrics/spearman.js';
import { fitTissueClasses } from '../../../dist/metrics/tissueClasses.js';
import { wasserstein1 } from '../../../dist/metrics/wasserstein1.js';
import { conform } from '../../../dist/preprocess/conform.js';
import { armsOf, HEAD_FLOOR, prepareReference } from './arms.mjs';

const GROUP_B = [5, 6, 8, 20, 23];
const DRAWN = 4000;

const { values: options } = parseArgs({ options: {
  data: { type: 'string', default: '../shared/data' }, bundle: { type: 'string' }, contrast: { type: 'string', default: 'T1w' },
  'no-bias-correction': { type: 'boolean', default: false }, json: { type: 'string' },
} });
const protocol = await loadProtocol('t1w-head');
const settings = options['no-bias-correction'] ? { ...protocol.conform, biasField: { ...protocol.conform.biasField, enabled: false } } : protocol.conform;
const bundle = await loadBundle(options.bundle, 'cpu');

const scans = new Map();
for (let person = 1; person <= 23; person++) {
  const name = `nichart-subj${String(person).padStart(2, '0')}-${options.contrast}`;
  const scan = await readScan({ format: 'nifti', name, paths: [join(options.data, 'mr/two-protocol-cohort', `${name}.nii.gz`)] });
  const { working, inView, brain, wholeBrain, trace } = conform(scan.volume, settings);
  const head = inView.map((seen, n) => (seen === 1 && working.samples[n] > HEAD_FLOOR ? 1 : 0));
  const tissue = brain.map((seen, n) => (seen === 1 && working.samples[n] > HEAD_FLOOR ? 1 : 0));
  scans.set(person, { name, working, inView, brain, wholeBrain, trace, head, tissue });
  process.stderr.write(`read ${name}\r`);
}

/** Four views of a scan that two protocols may tell apart; masks come from the untouched scan. */
function features(volume, { name, head, tissue }) {
  const inside = (mask) => volume.samples.filter((_, n) => mask[n] === 1);
  const brain = inside(tissue);
  const ascending = brain.slice().sort();
  const classes = fitTissueClasses(Float64Array.from({ length: 1024 }, (_, q) => ascending[Math.floor(((q + 0.5) / 1024) * ascending.length)]));
  return {
    'brain intensity': drawn(brain, name), 'whole-head intensity': drawn(inside(head), name), 'local contrast': drawn(localContrast(volume, tissue), name),
    // one number a scan: grey/white (in T1w), then fluid/white
    'tissue contrast': classes === undefined ? [] : [classes[1].mean / classes[2].mean], 'fluid contrast': classes === undefined ? [] : [classes[0].mean / classes[2].mean],
    median: ascending[ascending.length >> 1],
  };
}

function drawn(values, key) {
  const random = randomStream(`study|${key}`);
  return Float32Array.from({ length: DRAWN }, () => values[Math.floor(random.nextFloat() * values.length)]);
}

const MEASURES = ['brain intensity', 'whole-head intensity', 'local contrast', 'tissue contrast', 'fluid contrast'];
const pooled = (rows, measure) => Float32Array.from(rows.flatMap((row) => [...row[measure]])).sort();
const distances = (rows, truth) => Object.fromEntries(MEASURES.map((m) => [m, wasserstein1(pooled(rows, m), pooled(truth, m))]));

const RESAMPLES = 1000;

/** Percentile intervals over people of the sources (drawn with replacement): the mean cut of the five distances, and each distance's change. */
function intervals(rows, nothing, truth) {
  const random = randomStream('people');
  const wanted = MEASURES.map((measure) => pooled(truth.map(thinned), measure));
  const [after, before] = [rows.map(thinned), nothing.map(thinned)];
  const found = Array.from({ length: RESAMPLES }, () => {
    const people = rows.map(() => Math.floor(random.nextFloat() * rows.length));
    return MEASURES.map((measure, m) => {
      const of = (list) => wasserstein1(pooled(people.map((n) => list[n]), measure), wanted[m]);
      return [of(after), of(before)];
    });
  });
  const range = (values) => { const ordered = values.sort((a, b) => a - b); return [ordered[Math.floor(0.025 * RESAMPLES)], ordered[Math.ceil(0.975 * RESAMPLES) - 1]]; };
  return {
    meanCut: range(found.map((each) => 1 - each.reduce((sum, [left, had]) => sum + left / had, 0) / MEASURES.length)),
    change: Object.fromEntries(MEASURES.map((measure, m) => [measure, range(found.map((each) => each[m][0] - each[m][1]))])),
  };
}

/** 200 quantiles of each measure stand for a person's 4000 values: a thousand redraws would be slow with all. */
function thinned(row) {
  return Object.fromEntries(MEASURES.map((measure) => {
    const ordered = Float32Array.from(row[measure]).sort();
    return [measure, ordered.length < 400 ? ordered : Float32Array.from({ length: 200 }, (_, q) => ordered[Math.floor(((q + 0.5) / 200) * ordered.length)])];
  }));
}

const everyone = [...scans.keys()];
const groupA = everyone.filter((person) => !GROUP_B.includes(person));
const result = {};
for (const [direction, from, to] of [['B to A', GROUP_B, groupA], ['A to B', groupA, GROUP_B]]) {
  const references = to.filter((_, n) => n % 2 === 0).map((person) => scans.get(person));
  const heldOut = to.filter((_, n) => n % 2 === 1).map((person) => features(scans.get(person).working, scans.get(person)));
  const reference = await prepareReference(direction, references, bundle, protocol);
  const cohort = (await prepareReference(`${direction}-source`, from.map((person) => scans.get(person)), bundle, protocol)).style;
  const rows = {};
  const strengths = [];
  const edges = {};
  for (const person of from) {
    const scan = scans.get(person);
    const { arms, distance, strength } = await armsOf(scan, reference, cohort, bundle, protocol, scan.name);
    strengths.push({ person, distance, ...strength });
    for (const [arm, apply] of Object.entries(arms)) {
      const volume = apply(scan.working);
      (rows[arm] ??= []).push(features(volume, scan));
      (edges[arm] ??= []).push(gradientCorrelation(scan.working, volume, scan.head));
    }
    process.stderr.write(`${direction}: ${scan.name}\r`);
  }
  const before = rows['doing nothing'].map(({ median }) => median);
  const spread = (values) => { const mean = values.reduce((a, b) => a + b) / values.length; return values.reduce((a, b) => a + (b - mean) ** 2, 0) / (values.length - 1); };
  result[direction] = {
    sources: from.length, references: references.length, heldOut: heldOut.length, strengths,
    floor: distances(references.map((scan) => features(scan.working, scan)), heldOut),
    arms: Object.fromEntries(Object.entries(rows).map(([arm, list]) => {
      const medians = list.map(({ median }) => median);
      const sorted = edges[arm].slice().sort((a, b) => a - b);
      const isOurs = arm.includes('concord') || arm.startsWith('histogram, brain');
      return [arm, { ...distances(list, heldOut), ...(isOurs && { interval: intervals(list, rows['doing nothing'], heldOut) }), order: spearman(before, medians), spread: spread(medians) / spread(before),
        gradientCorrelation: sorted[sorted.length >> 1], leastGradientCorrelation: sorted[0] }];
    })),
  };
}
await bundle.close?.();

for (const [direction, { floor, arms, sources, references, heldOut }] of Object.entries(result)) {
  console.log(`\n${options.contrast} ${direction}: ${sources} sources, ${references} references, ${heldOut} held out; W1 to the held-out scans, lower is better`);
  const columns = [...MEASURES, 'order', 'spread', 'gradientCorrelation'];
  console.log(['arm'.padEnd(26), ...columns.map((c) => c.padStart(20))].join(''));
  const line = (name, row) => console.log([name.padEnd(26), ...columns.map((c) => (row[c] === undefined ? '' : row[c].toFixed(4)).padStart(20))].join(''));
  line('split-half floor', floor);
  for (const [arm, row] of Object.entries(arms)) line(arm, row);
}
if (options.json) writeFileSync(options.json, `${JSON.stringify(result, null, 1)}\n`);
