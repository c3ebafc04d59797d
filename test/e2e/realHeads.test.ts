import { createHash } from 'node:crypto';
import { copyFile, cp, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { applyAffine } from '../../src/core/affine.ts';
import { axisCodes } from '../../src/core/axes.ts';
import { issueTable } from '../../src/core/issues.ts';
import type { ScanRecord } from '../../src/core/scanRecord.ts';
import type { Volume } from '../../src/core/volume.ts';
import { newestBundle } from '../../src/config/installedBundles.ts';
import { findScans, readScan } from '../../src/formats/scan.ts';
import type { RunSummary } from '../../src/report/runIndex.ts';
import { metricCatalogue } from '../../src/metrics/catalogue.ts';
import { runCli, tinyBundle } from '../support/runCli.ts';
import type { CliResult } from '../support/runCli.ts';
import { describeWithData } from '../support/sharedData.ts';

const heads = ['studyforrest-02-T1w', 'uih-770-T1w-A', 'itk-trio-mprage-multiframe', 'vs-seg-001-T1CE'];
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Where the scan's box lies in the world: its eight corners, in no order. */
function cornersOf({ shape, affine }: Volume): string[] {
  const corners = [0, 1, 2, 3, 4, 5, 6, 7].map((n) =>
    applyAffine(affine, [(n & 1) * (shape[0] - 1), ((n >> 1) & 1) * (shape[1] - 1), ((n >> 2) & 1) * (shape[2] - 1)]));
  return corners.map((corner) => corner.map((mm) => (Math.round(mm * 100) / 100 + 0).toFixed(2)).join(' ')).sort();
}

describeWithData(
  'four heads of four vendors and a DICOM series, brought to the style of a fifth',
  [...heads.map((head) => `mr/heads/${head}.nii.gz`), 'dicom/mr-siemens-skyra-mprage', 'mr/heads/ixi-IXI012-HH-1211.nii.gz'],
  (paths) => {
    const [reference, dicom] = [paths.at(-1)!, paths.at(-2)!];
    let root: string;
    let run: CliResult;
    let summary: RunSummary;
    let options: string[];
    const at = (...names: string[]): string => join(root, ...names);
    const recordOf = async (scan: string, folder = 'out'): Promise<ScanRecord> =>
      JSON.parse(await readFile(at(folder, `${scan}.record.json`), 'utf8')) as ScanRecord;

    beforeAll(async () => {
      root = await mkdtemp(join(tmpdir(), 'concord-heads-'));
      await mkdir(at('in'));
      for (const path of paths.slice(0, 4)) await copyFile(path, at('in', basename(path)));
      await cp(dicom, at('in', 'series'), { recursive: true });
      // the newest trained bundle where one is installed; random weights prove all but the looks
      const bundle = await newestBundle('mr-head').then(({ directory }) => directory, () => tinyBundle);
      options = ['--reference', reference, '--bundle', bundle, '--device', 'cpu', '--json'];
      run = await runCli(['harmonize', at('in'), at('out'), ...options]);
      summary = JSON.parse(await readFile(at('out', 'run.json'), 'utf8')) as RunSummary;
    }, 900_000);
    afterAll(async () => {
      await rm(root, { recursive: true, force: true });
    });

    it('every scan is harmonized, or refused by a gate with a documented code', () => {
      expect([0, 9], run.stderr).toContain(run.status);
      expect(summary.scans).toHaveLength(5);
      for (const { scan, status, code, detail } of summary.scans) {
        if (status === 'harmonized') continue;
        expect(status, scan).toBe('refused');
        expect(Object.keys(issueTable), `${scan}: ${detail}`).toContain(code);
        expect(['QC_FAIL', 'OOD_STYLE', 'OOD_ANATOMY', 'UNCERTAIN'], `${scan}: ${detail}`).toContain(code);
      }
      expect(summary.counts.harmonized).toBeGreaterThanOrEqual(3);
    });

    it('each image lies where its source lies, voxel for voxel, in the source\'s type', async () => {
      const { inputs } = await findScans(at('in'));
      expect(inputs.map(({ format }) => format).sort()).toEqual(['dicom', 'nifti', 'nifti', 'nifti', 'nifti']);
      for (const input of inputs) {
        const record = await recordOf(input.name);
        const image = record.outputs.find(({ kind }) => kind === 'image');
        if (image === undefined) continue;
        const source = await readScan(input);
        const output = await readScan({ format: 'nifti', name: 'output', paths: [at('out', image.path)] });
        expect(cornersOf(output.volume), input.name).toEqual(cornersOf(source.volume));
        if (input.format === 'nifti') {
          expect(output.volume.shape, input.name).toEqual(source.volume.shape);
          expect(axisCodes(output.volume.affine), input.name).toBe(axisCodes(source.volume.affine));
        }
        expect([source.datatype, 'float32'], input.name).toContain(output.datatype);
        expect(record.source.sha256).toBe(source.sha256);
        expect(new Set(output.volume.samples.subarray(0, 2_000_000)).size, input.name).toBeGreaterThan(100);
      }
    }, 300_000);

    it('each record names its files by hash, known metrics with finite values, and every gate\'s verdict', async () => {
      for (const { scan, status } of summary.scans) {
        const record = await recordOf(scan);
        expect(record.status).toBe(status);
        for (const { path, sha256: hash } of record.outputs) expect(sha256(await readFile(at('out', path))), path).toBe(hash);
        expect(record.outputs.map(({ kind }) => kind)).toEqual(status === 'harmonized' ? ['image', 'sidecar', 'report'] : ['report']);
        for (const metric of record.metrics) {
          expect(Object.keys(metricCatalogue), metric.id).toContain(metric.id.split(/[.:@/]/)[0]);
          expect('value' in metric ? Number.isFinite(metric.value) : metric.unavailable !== '', metric.id).toBe(true);
        }
        expect(record.gates.length).toBeGreaterThanOrEqual(8);
        expect(record.gates.some(({ verdict }) => verdict === 'refuse')).toBe(status === 'refused');
        expect(record.runtime.provider).toBe('cpu');
      }
    });

    it('reports are whole, name the status, and load nothing from elsewhere', async () => {
      for (const { scan, report } of summary.scans) {
        const page = await readFile(at('out', report!), 'utf8');
        expect(page.trimEnd().endsWith('</html>'), scan).toBe(true);
        expect(page, scan).toContain('For research use only');
        expect(page, scan).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
      }
    });

    it('the same scan alone, in another folder, gives the same bytes', async () => {
      const again = await runCli(['harmonize', at('in', `${heads[0]!}.nii.gz`), at('again'), ...options]);
      expect([0, 9]).toContain(again.status);
      const names = (await readdir(at('again'))).filter((name) => name.startsWith(heads[0]!));
      expect(names.length).toBeGreaterThanOrEqual(2);
      for (const name of names) expect(sha256(await readFile(at('again', name))), name).toBe(sha256(await readFile(at('out', name))));
    }, 300_000);

    it('no input was changed', async () => {
      for (const path of paths.slice(0, 4)) {
        expect(sha256(await readFile(at('in', basename(path))))).toBe(sha256(await readFile(path)));
      }
    });
  },
);
