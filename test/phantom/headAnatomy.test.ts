import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';

import { headAnatomy, type HeadAnatomy } from '../../src/phantom/headAnatomy.ts';
import { drawPerson, type Person } from '../../src/phantom/person.ts';
import { AIR, CORTICAL_GREY, FLUID, parenchyma, WHITE } from '../../src/phantom/tissues.ts';

const SPACING = 2;
const people = ['0|1', '0|2', '0|3', '0|4'].map(drawPerson);
const heads = people.map((person) => headAnatomy(person, SPACING));

describe('headAnatomy', () => {
  it('four people have brains of 1.05–1.6 L, and not the same', () => {
    const litres = heads.map((head) => parenchyma.reduce((sum, tissue) => sum + volumeOf(head, tissue), 0) / 1000);
    for (const value of litres) {
      expect(value).toBeGreaterThan(1.05);
      expect(value).toBeLessThan(1.6);
    }
    expect(Math.max(...litres) - Math.min(...litres)).toBeGreaterThan(0.05);
  });

  it('grey and white matter are between 0.35 and 0.85 L each, grey within 0.8–1.5 of white', () => {
    for (const head of heads) {
      const [grey, white] = [volumeOf(head, CORTICAL_GREY), volumeOf(head, WHITE)];
      expect(Math.min(grey, white)).toBeGreaterThan(350);
      expect(Math.max(grey, white)).toBeLessThan(850);
      expect(grey / white).toBeGreaterThan(0.8);
      expect(grey / white).toBeLessThan(1.5);
    }
  });

  it('heads are 135–175 mm wide and 180–230 mm long with the nose', () => {
    for (const head of heads) {
      const { width, length } = extent(head);
      expect(width).toBeGreaterThan(135);
      expect(width).toBeLessThan(175);
      expect(length).toBeGreaterThan(180);
      expect(length).toBeLessThan(230);
    }
  });

  it('the crown lies 5–45 mm below the top of the field of view, and the neck runs out of its bottom', () => {
    for (const head of heads) {
      const [nx, ny, nz] = head.shape;
      const slice = (k: number): number => head.first.subarray(k * nx * ny, (k + 1) * nx * ny).reduce((sum, label) => sum + Number(label !== AIR), 0);
      let top = nz - 1;
      while (slice(top) === 0) top--;
      expect((nz - 1 - top) * SPACING).toBeGreaterThan(5);
      expect((nz - 1 - top) * SPACING).toBeLessThan(45);
      expect(slice(0) * SPACING ** 2).toBeGreaterThan(5000);
    }
  });

  it('wider ventricles and atrophy move tissue to fluid', () => {
    const young: Person = { ...people[0]!, ventricles: 0.8, atrophy: 0 };
    const old: Person = { ...young, ventricles: 1.8, atrophy: 1 };
    const fluid = (person: Person): number => volumeOf(headAnatomy(person, SPACING), FLUID);
    expect(fluid(old) - fluid(young)).toBeGreaterThan(60);
  });

  it('lateral ventricles and sulci scale with the grid: 2.5 mm and 2 mm volumes agree within 4 %', () => {
    const coarser = headAnatomy(people[0]!, 2.5);
    for (const tissue of [CORTICAL_GREY, WHITE, FLUID]) {
      expect(Math.abs(volumeOf(coarser, tissue) / volumeOf(heads[0]!, tissue) - 1)).toBeLessThan(0.04);
    }
  });

  it('the affine is RAS: eyes in front of the cerebellum, crown up, and mirrored ears', () => {
    const head = heads[0]!;
    expect(head.affine.rows.map((row, axis) => row[axis])).toEqual([SPACING, SPACING, SPACING]);
    expect(centroid(head, 14)[1]).toBeGreaterThan(centroid(head, 12)[1]! + 80);
    expect(centroid(head, WHITE)[2]).toBeGreaterThan(centroid(head, 13)[2]!);
  });

  it('is a function of the person: equal keys give equal bytes, other keys other folds', () => {
    expect(digest(headAnatomy(drawPerson('0|1'), SPACING))).toBe(digest(heads[0]!));
    expect(digest(heads[1]!)).not.toBe(digest(heads[0]!));
  });
});

/** mL of one tissue, shared voxels counted by their share. */
function volumeOf({ first, second, share, affine }: HeadAnatomy, tissue: number): number {
  let voxels = 0;
  for (let n = 0; n < first.length; n++) {
    if (first[n] === tissue) voxels += share[n]! / 255;
    if (second[n] === tissue) voxels += 1 - share[n]! / 255;
  }
  return (voxels * affine.rows[0][0]! ** 3) / 1000;
}

/** Of everything above the ears' canals: mm. */
function extent({ first, shape: [nx, ny, nz] }: HeadAnatomy): { width: number; length: number } {
  const [columns, rows] = [new Set<number>(), new Set<number>()];
  for (let k = Math.round(nz / 2) - 5; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      for (let i = 0; i < nx; i++) {
        if (first[(k * ny + j) * nx + i] === AIR) continue;
        columns.add(i);
        rows.add(j);
      }
    }
  }
  const nose = new Set<number>();
  for (let k = 0; k < nz; k++) for (let j = 0; j < ny; j++) if (first[(k * ny + j) * nx + Math.round(nx / 2)] !== AIR) nose.add(j);
  return { width: columns.size * SPACING, length: Math.max(rows.size, nose.size) * SPACING };
}

function centroid({ first, shape: [nx, ny], affine }: HeadAnatomy, tissue: number): number[] {
  const sum = [0, 0, 0];
  let voxels = 0;
  first.forEach((label, n) => {
    if (label !== tissue) return;
    voxels++;
    [n % nx, Math.floor(n / nx) % ny, Math.floor(n / (nx * ny))].forEach((at, axis) => { sum[axis]! += at; });
  });
  return sum.map((value, axis) => (value / voxels) * SPACING + affine.rows[axis]![3]!);
}

function digest({ first, second, share }: HeadAnatomy): string {
  return createHash('sha256').update(first).update(second).update(share).digest('hex');
}
