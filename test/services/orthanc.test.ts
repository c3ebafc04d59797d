import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { deriveSeries, instancesByUid } from '../support/derivedSeries.ts';
import type { DerivedSeries } from '../support/derivedSeries.ts';
import { copyRange, copyWithUids } from '../support/dicomTools.ts';
import { describeWithOrthanc, startOrthanc, stowBody } from '../support/orthanc.ts';
import type { Orthanc } from '../support/orthanc.ts';
import { describeWithProgram } from '../support/oraclePython.ts';
import { describeWithData } from '../support/sharedData.ts';

type Pair = Readonly<{ sources: readonly string[]; derived: DerivedSeries }>;
/** Attributes in the DICOM JSON model (PS3.18 F.2); of sequences only the count of items is looked at. */
type Answer = Readonly<Record<string, { Value?: readonly (string | number)[] } | undefined>>;

const store = promisify(execFile);

describeWithOrthanc('Orthanc', () => {
  describeWithData('with real series', ['dicom/mr-siemens-skyra-mprage', 'dicom/ct-siemens-mct-abdomen'], ([mprage, abdomen]) => {
    const pairs = {} as Record<'MR' | 'CT', Pair>;
    let orthanc: Orthanc;
    let work: string;
    beforeAll(async () => {
      work = await mkdtemp(join(tmpdir(), 'concord-test-'));
      const pair = async (source: string, change: (value: number) => number): Promise<Pair> => ({
        sources: [...(await instancesByUid(source)).values()], derived: await deriveSeries(source, { change, typicalSignal: 200 }),
      });
      pairs.MR = await pair(await copyRange(mprage, join(work, 'mr'), 150, 156), (value) => 1.3 * value);
      pairs.CT = await pair(await copyWithUids(abdomen, join(work, 'ct'), 6, 12), (value) => (value > -900 ? value + 12 * Math.sin(value / 40) : value));
      orthanc = await startOrthanc();
      for (const { sources } of Object.values(pairs)) await stow(orthanc, sources);
    });
    afterAll(async () => {
      // what beforeAll did not reach is not there to stop
      await (orthanc as Orthanc | undefined)?.stop();
      await Promise.all([work, ...Object.values(pairs).map(({ derived }) => derived.folder)].map((folder) => rm(folder, { recursive: true, force: true })));
    });

    it('asks for credentials', async () => {
      expect((await fetch(`${orthanc.url}/system`)).status).toBe(401);
    });

    describe.each(['MR', 'CT'] as const)('%s', (modality) => {
      it('stores every instance over DICOMweb, as a new series of the source\'s study', async () => {
        const { derived, sources } = pairs[modality];
        const answer = await stow(orthanc, derived.instances);
        expect(answer['00081199']?.Value).toHaveLength(derived.instances.length);
        expect(answer['00081198']?.Value).toBeUndefined();
        const series = await seriesOf(orthanc, modality);
        expect(series.map(({ instances }) => instances).sort()).toEqual([sources.length, derived.instances.length].sort());
        const ours = series.find(({ uid }) => uid === derived.written.seriesInstanceUid)!;
        expect(ours.description).toMatch(/^HARM RESEARCH: /);
        expect(ours.number).toBe(modality === 'MR' ? 501 : 1401);
      });

      it('changes nothing when it gets them again', async () => {
        const before = await statistics(orthanc);
        expect((await stow(orthanc, pairs[modality].derived.instances))['00081198']?.Value).toBeUndefined();
        expect(await statistics(orthanc)).toEqual(before);
      });

      it('gives back the very bytes of a file', async () => {
        const { instances } = pairs[modality].derived;
        const bytes = await readFile(instances[2]!);
        const found = await orthanc.post('/tools/lookup', uidIn(bytes), 'text/plain');
        const [{ ID }] = (await found.json()) as [{ ID: string }];
        expect(Buffer.from(await (await orthanc.get(`/instances/${ID}/file`)).arrayBuffer()).equals(bytes)).toBe(true);
      });

      it('renders a slice with its window: neither black nor white nor flat', async () => {
        const [{ ID }] = (await (await orthanc.post('/tools/lookup', uidIn(await readFile(pairs[modality].derived.instances[2]!)), 'text/plain')).json()) as [{ ID: string }];
        const preview = await orthanc.get(`/instances/${ID}/preview`);
        const { channels } = await sharp(Buffer.from(await preview.arrayBuffer())).stats();
        expect([channels[0]!.stdev > 20, channels[0]!.mean > 10, channels[0]!.mean < 200]).toEqual([true, true, true]);
      });
    });

    describeWithProgram('over DIMSE', ['storescu'], () => {
      it('takes what storescu sends, twice, and holds each instance once', async () => {
        const fresh = await startOrthanc();
        try {
          for (let time = 0; time < 2; time++) {
            for (const { derived } of Object.values(pairs)) {
              await store('storescu', ['-aec', 'ORTHANC', '-R', '127.0.0.1', String(fresh.dicomPort), ...derived.instances]);
            }
          }
          const count = pairs.MR.derived.instances.length + pairs.CT.derived.instances.length;
          expect(await statistics(fresh)).toMatchObject({ CountInstances: count, CountSeries: 2, CountStudies: 2 });
        } finally {
          await fresh.stop();
        }
      });
    });
  });
});

async function stow(orthanc: Orthanc, paths: readonly string[]): Promise<Answer> {
  const { body, type } = stowBody(await Promise.all(paths.map((path) => readFile(path))));
  const response = await orthanc.post('/dicom-web/studies', body, type);
  expect(response.status).toBe(200);
  return (await response.json()) as Answer;
}

/** All series of the one study of a modality. */
async function seriesOf(orthanc: Orthanc, modality: string): Promise<{ uid: string; description: string; number: number; instances: number }[]> {
  const studies = (await (await orthanc.get(`/dicom-web/studies?ModalitiesInStudy=${modality}`)).json()) as Answer[];
  expect(studies).toHaveLength(1);
  const study = String(studies[0]!['0020000D']!.Value![0]);
  const series = (await (await orthanc.get(`/dicom-web/studies/${study}/series?includefield=all`)).json()) as Answer[];
  return series.map((entry) => ({
    uid: String(entry['0020000E']!.Value![0]),
    description: String(entry['0008103E']?.Value?.[0] ?? ''),
    number: Number(entry['00200011']?.Value?.[0]),
    instances: Number(entry['00201209']!.Value![0]),
  }));
}

async function statistics(orthanc: Orthanc): Promise<Readonly<Record<string, unknown>>> {
  const { CountInstances, CountSeries, CountStudies, TotalDiskSize } = (await (await orthanc.get('/statistics')).json()) as Record<string, unknown>;
  return { CountInstances, CountSeries, CountStudies, TotalDiskSize };
}

/** SOPInstanceUID from the file's meta group, where it stands first. */
function uidIn(bytes: Buffer): string {
  return /2\.25\.\d+/.exec(bytes.subarray(0, 512).toString('latin1'))![0];
}
