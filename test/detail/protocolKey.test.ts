import { expect, it } from 'vitest';

import { loadProtocol, ofModality, parseProtocol } from '../../src/config/protocol.ts';

const changed = async (detail: object): Promise<string> => JSON.stringify({ ...ofModality(await loadProtocol('ct-kernel'), 'CT'), detail });

it('the shipped CT protocol holds the detail stage, switched off, with its limits', async () => {
  const { detail } = ofModality(await loadProtocol('ct-kernel'), 'CT');
  expect(detail).toEqual({ mode: 'off', timesteps: [999], capHu: 200, highestLevel: 0.9, largestShape: 0.12, leastPatches: 100 });
  expect(ofModality(await loadProtocol('ct-kernel/1.0.0'), 'CT').detail).toBeUndefined();
});

it.each([
  ['an unknown mode', { mode: 'maybe' }, '/detail/mode'],
  ['no cap', { capHu: 0 }, '/detail/capHu'],
  ['rising timesteps', { timesteps: [499, 999] }, '/detail/timesteps: expected numbers falling from below 1000, got [499, 999]'],
  ['an unknown key', { threshold: 1 }, '/detail'],
])('refuses a detail key with %s, naming the place', async (_, wrong, place) => {
  const { detail } = ofModality(await loadProtocol('ct-kernel'), 'CT');
  const text = await changed({ ...detail, ...wrong });
  expect(() => parseProtocol(text)).toThrow(place);
});
