import sharp, { type OutputInfo } from 'sharp';
import { describe, expect, it } from 'vitest';

import { renderChart } from '../../src/report/chart.ts';
import { amountRamp, greyRamp, rampColor, signedRamp } from '../../src/report/colorRamp.ts';
import { textOf } from '../../src/report/html.ts';
import { renderMosaic } from '../../src/report/image.ts';
import { formatNumber, formatP } from '../../src/report/quantity.ts';
import { workingVolume } from '../support/sampleScan.ts';

const grey = { window: [0, 1], ramp: greyRamp } as const;

async function pixelsOf(imgTag: string): Promise<{ data: Buffer; info: OutputInfo }> {
  const png = /base64,([^"]+)"/.exec(imgTag)![1]!;
  return sharp(Buffer.from(png, 'base64')).raw().toBuffer({ resolveWithObject: true });
}

describe('renderMosaic', () => {
  it('draws one slice beside the other, the person’s left on the left, the forehead up', async () => {
    // bright where x is low (left of RAS) and y is high (front), in the second slice only
    const volume = workingVolume((i, j, k) => (k === 60 && i < 48 && j >= 60 ? 1 : 0));
    const { data, info } = await pixelsOf(textOf(await renderMosaic({ volume, slices: [50, 60], shading: grey, alt: 'x' })));
    const at = (x: number, y: number): number => data[(x + y * info.width) * info.channels]!;
    expect([info.width, info.height]).toEqual([2 * 2 * 96, 2 * 120]);
    expect(at(40, 40)).toBe(0);
    expect(at(192 + 40, 40)).toBe(255);
    expect(at(192 + 150, 40)).toBe(0);
    expect(at(192 + 40, 200)).toBe(0);
  });

  it('refuses slices that could show a face', async () => {
    await expect(renderMosaic({ volume: workingVolume(() => 0), slices: [39], shading: grey, alt: 'x' })).rejects.toThrow('Slices 40 to 95');
  });

  it('carries its text alternative, escaped', async () => {
    expect(textOf(await renderMosaic({ volume: workingVolume(() => 0), slices: [50], shading: grey, alt: '"><script>' }))).toContain('alt="&quot;&gt;&lt;script&gt;"');
  });
});

describe('colour ramps', () => {
  it.each([['grey', greyRamp], ['signed', signedRamp], ['amount', amountRamp]])('%s grows lighter at every step, so it reads in grey', (_, ramp) => {
    const luminance = Array.from({ length: 50 }, (_step, step) => {
      const [red, green, blue] = rampColor(ramp, step / 49);
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    });
    luminance.slice(1).forEach((value, step) => {
      expect(value).toBeGreaterThan(luminance[step]!);
    });
  });
});

describe('renderChart', () => {
  const chart = (label: string): string =>
    textOf(
      renderChart({
        width: 300, height: 200, alt: 'A "line" <up>', x: { label, domain: [0, 1] }, y: { label: 'y', domain: [0, 1] },
        layers: [{ kind: 'line', stroke: 'source', points: [[0, 0], [0.123456, 1]] }],
      }),
    );

  it('gives equal bytes for equal input, and no style that a strict policy would refuse', () => {
    expect(chart('x')).toBe(chart('x'));
    expect(chart('x')).not.toMatch(/<style| style=|<script/);
  });

  it('keeps labels whole and escapes them and the alternative', () => {
    expect(chart('share per 0.0125 <b>')).toContain('share per 0.0125 &lt;b&gt;');
    expect(chart('x')).toContain('aria-label="A &quot;line&quot; &lt;up&gt;"');
  });
});

describe('numbers', () => {
  it('have three significant digits and a true minus sign', () => {
    expect([0, 0.0612345, -2.4137, 123.4, 1234.6, 3, 0.00001234].map(formatNumber)).toEqual(['0', '0.0612', '−2.41', '123', '1235', '3', '1.2e−5']);
  });

  it('p is never zero', () => {
    expect([0.0005, 0.03, 1].map(formatP)).toEqual(['5.0e−4', '0.030', '1.000']);
  });
});
