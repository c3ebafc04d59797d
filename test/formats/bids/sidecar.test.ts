import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { readSidecar } from '../../../src/formats/bids/sidecar.ts';
import { scratchFolder } from '../../support/scratch.ts';

async function sidecarOf(json: string | undefined, stem = 'sub-01_T1w') {
  const folder = await scratchFolder();
  if (json !== undefined) await writeFile(join(folder, `${stem}.json`), json);
  return readSidecar(join(folder, `${stem}.nii.gz`));
}

describe('readSidecar', () => {
  it('converts seconds to milliseconds: TR 2.3 s is 2300 ms, TE 0.00298 s is 2.98 ms', async () => {
    const json = JSON.stringify({
      Manufacturer: 'Siemens',
      ManufacturersModelName: 'Skyra',
      MagneticFieldStrength: 3,
      EchoTime: 0.00298,
      RepetitionTime: 2.3,
      InversionTime: 0.9,
      FlipAngle: 9,
      SequenceName: '*tfl3d1_16ns',
      PatientName: 'ZZPHI7431',
    });
    expect(await sidecarOf(json)).toEqual({
      modality: 'MR',
      issues: [],
      acquisition: {
        manufacturer: 'Siemens',
        model: 'Skyra',
        fieldStrengthT: 3,
        echoTimeMs: 2.98,
        repetitionTimeMs: 2300,
        inversionTimeMs: 900,
        flipAngleDeg: 9,
        sequence: '*tfl3d1_16ns',
      },
    });
  });

  it('knows nothing without a sidecar, except what the BIDS suffix says', async () => {
    expect(await sidecarOf(undefined)).toEqual({ acquisition: {}, modality: 'MR', issues: [] });
    expect((await sidecarOf(undefined, 'head')).modality).toBe('unknown');
    expect((await sidecarOf('{"Modality":"CT"}', 'head')).modality).toBe('CT');
  });

  it.each([['{"Manufacturer":'], ['[1]'], ['null']])('flags %s and goes on', async (json) => {
    const { acquisition, issues } = await sidecarOf(json);
    expect(acquisition).toEqual({});
    expect(issues.map(({ code }) => code)).toEqual(['SIDECAR_UNREADABLE']);
  });

  it('leaves out values of the wrong type, and cuts texts to 64 printable characters', async () => {
    const json = JSON.stringify({ EchoTime: '3', FlipAngle: [9], Manufacturer: 'x\u0007\n<b>'.repeat(40), SliceThickness: 1 });
    const { acquisition } = await sidecarOf(json);
    expect(Object.keys(acquisition).sort()).toEqual(['manufacturer', 'sliceThicknessMm']);
    expect(acquisition.manufacturer).toMatch(/^[\x20-\x7e]{64}$/);
  });
});
