import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import dcmjs from 'dcmjs';
import { describe, expect, it } from 'vitest';

import { renderConformance } from '../../../scripts/dicomConformance.mjs';
import { transferSyntaxes } from '../../../src/formats/dicom/transferSyntax.ts';
import { codes } from '../../../src/formats/dicom/write/codes.ts';
import { DROPPED_GROUPS } from '../../../src/formats/dicom/write/dropGroups.ts';
import * as implementation from '../../../src/formats/dicom/write/implementation.ts';
import { ruleTable } from '../../../src/formats/dicom/write/ruleTable.ts';
import { tags } from '../../../src/formats/dicom/write/tags.ts';

describe('the conformance statement', () => {
  it('is what the tables say now (else run: npm run docs)', () => {
    const path = fileURLToPath(new URL('../../../docs/reference/dicom-conformance.md', import.meta.url));
    const text = renderConformance({ ruleTable, tags, droppedGroups: DROPPED_GROUPS, codes, transferSyntaxes, implementation });
    expect(readFileSync(path, 'utf8')).toBe(text);
    for (const keyword of ruleTable.flatMap(({ attributes }) => attributes)) expect(text).toContain(`${keyword} (`);
  });
});

describe('the table of rules', () => {
  it('spells every tag as the standard\'s dictionary does', () => {
    const { dictionary } = dcmjs.data.DicomMetaDictionary;
    for (const [keyword, tag] of Object.entries(tags)) {
      const hex = tag.toString(16).toUpperCase().padStart(8, '0');
      expect([keyword, dictionary[`(${hex.slice(0, 4)},${hex.slice(4)})`]?.name]).toEqual([keyword, keyword]);
    }
  });

  it('names every attribute once, or in rules of which one alone applies', () => {
    const always = ruleTable.filter(({ appliesTo }) => appliesTo === undefined).flatMap(({ attributes }) => attributes);
    expect(new Set(always).size).toBe(always.length);
  });

  it('has a row for every D-row of the design that concerns an attribute', () => {
    const rows = new Set<string>([...ruleTable, ...DROPPED_GROUPS].map(({ id }) => id));
    const expected = Array.from({ length: 40 }, (_, index) => `D-${String(index + 1).padStart(2, '0')}`);
    // 36: defects stay, 38 and 39: preamble and meta group; they are no attributes of the data set
    expect(expected.filter((id) => !rows.has(id))).toEqual(['D-36', 'D-38', 'D-39']);
  });
});
