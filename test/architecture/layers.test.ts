import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { directions, packageOwners } from './directionTable.ts';
import { areaOf, layerFaults } from './layerRules.ts';
import type { Rule } from './layerRules.ts';

const src = fileURLToPath(new URL('../../src/', import.meta.url));
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts')); // a .d.ts describes somebody else's module
const sources = new Map(files.map((file) => [file, readFileSync(src + file, 'utf8')]));
const faults = layerFaults(sources);
const of = (...rules: Rule[]): string[] =>
  faults.filter(({ rule }) => rules.includes(rule)).map(({ file, rule, detail }) => `${file}: ${rule} ${detail}`);

describe('the layers of src', () => {
  it('there is source to check, and every folder has a row in the direction table', () => {
    expect(sources.size).toBeGreaterThan(100);
    expect(of('known-folder')).toEqual([]);
    expect(Object.keys(directions).filter((area) => !files.some((file) => areaOf(file) === area))).toEqual([]);
  });

  it('a relative import leads to the own folder or one its row allows, type-only imports included', () => {
    expect(of('direction', 'literal-import')).toEqual([]);
  });

  it('a package has exactly one importing file', () => {
    expect(of('package-owner')).toEqual([]);
    expect(Object.values(packageOwners).filter((owner) => !existsSync(src + owner))).toEqual([]);
  });

  it('folders that only compute import no node: module', () => {
    expect(of('node-module')).toEqual([]);
  });

  it('there is no default export, no thrown literal, no empty catch', () => {
    expect(of('default-export', 'thrown-literal', 'empty-catch')).toEqual([]);
  });

  it('long files are printed', () => {
    const long = [...sources]
      .map(([file, text]) => ({ file, text, lines: text.split('\n').length }))
      .filter(({ text, lines }) => lines > 300 && !/^\/\/ A data table/.test(text));
    for (const { file, lines } of long) console.log(`${file}: ${String(lines)} lines; look again whether it holds one concept`);
  });
});

const badFiles: readonly (readonly [fact: string, rule: Rule, file: string, text: string])[] = [
  ['a folder without a row', 'known-folder', 'utils/x.ts', 'export const x = 1;'],
  ['a static import upwards', 'direction', 'core/x.ts', "import { a } from '../formats/scan.ts';"],
  ['a static import over several lines', 'direction', 'field/x.ts', "import {\n  a,\n  b,\n} from '../style/styleCode.ts';"],
  ['a type-only import', 'direction', 'metrics/x.ts', "import type { A } from '../report/html.ts';"],
  ['a type in place', 'direction', 'core/x.ts', "type A = import('../config/protocol.ts').Protocol;"],
  ['a side effect', 'direction', 'report/x.ts', "import '../pipeline/harmonizeScan.ts';"],
  ['a re-export', 'direction', 'config/x.ts', "export { a } from '../formats/scan.ts';"],
  ['a re-export of all', 'direction', 'config/x.ts', "export * from '../formats/scan.ts';"],
  ['a dynamic import', 'direction', 'formats/x.ts', "const a = await import('../preprocess/conform.ts');"],
  ['a way out of src', 'direction', 'commands/x.ts', "import data from '../../package.json';"],
  ['the command line by the pipeline', 'direction', 'pipeline/x.ts', "import { main } from '../cli.ts';"],
  ['a dynamic import of a computed name', 'literal-import', 'formats/x.ts', 'const a = await import(name);'],
  ['a package in a file that does not own it', 'package-owner', 'style/x.ts', "import * as ort from 'onnxruntime-node';"],
  ['a package nobody owns', 'package-owner', 'core/x.ts', "import x from '@scope/left/pad';"],
  ['a required package', 'package-owner', 'cohort/x.ts', "const x = require('left-pad');"],
  ['a node: module where only numbers are at home', 'node-module', 'field/x.ts', "import { readFileSync } from 'node:fs';"],
  ['a default export', 'default-export', 'report/x.ts', 'export default function x() {}'],
  ['a renamed default export', 'default-export', 'report/x.ts', 'export { x as default };'],
  ['a thrown text', 'thrown-literal', 'cohort/x.ts', "throw 'no';"],
  ['a thrown object', 'thrown-literal', 'cohort/x.ts', 'throw { code: 1 };'],
  ['an empty catch', 'empty-catch', 'formats/x.ts', 'try { a(); } catch (error) { /* never mind */ }'],
  ['an empty catch of a promise', 'empty-catch', 'formats/x.ts', 'await a().catch(() => {});'],
];

describe('the layering test itself', () => {
  it.each(badFiles)('finds %s and only that', (_, rule, file, text) => {
    expect(layerFaults(new Map([[file, text]])).map((fault) => fault.rule)).toEqual([rule]);
  });

  it('finds nothing in comments, in strings and in what is allowed', () => {
    const text = [
      "// import { a } from '../pipeline/gates.ts';", "/* throw 'no'; */", "import { b } from './b.ts';", "import { c } from '../core/c.ts';",
      "const url = 'https://example.org'; // export default url", "throw new ConcordError('CONCORD_INTERNAL', `an import from '${url}'`);",
    ].join('\n');
    expect(layerFaults(new Map([['formats/x.ts', text]]))).toEqual([]);
  });
});
