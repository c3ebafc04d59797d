// docs/reference is made of what the program itself reads: the commands, the code tables and the schemas.
// `node scripts/generateDocs.mjs` writes it from dist; test/commands/reference.test.ts compares it with src.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderConformance } from './dicomConformance.mjs';
import { root, setup, step } from './setup.mjs';

const GENERATED = '<!-- Made by scripts/generateDocs.mjs; edit the source it names, not this page. -->';

/** File name below docs/reference → its text. */
export function renderReference({ version, commands, commandHelp, programHelp, errorTable, issueTable, metricCatalogue, featureCatalogue, ctFeatureCatalogue, armCatalogue, ctArmCatalogue }) {
  return new Map([
    ['cli.md', cliPage(version, commands, commandHelp, programHelp)],
    ['errors.md', errorPage(errorTable)],
    ['issues.md', issuePage(issueTable)],
    ['metrics.md', metricPage(metricCatalogue, armCatalogue, ctArmCatalogue)],
    ['features.md', featurePage(HEAD_FEATURES, featureCatalogue)],
    ['features-ct.md', featurePage(CT_FEATURES, ctFeatureCatalogue)],
    ['protocol.md', schemaPage('protocols/schema/protocol.schema.json', 'protocols/<id>/<version>.json')],
    ['manifest.md', schemaPage('models/schema/manifest.schema.json', 'models/<id>/<version>/manifest.json')],
    ['style.md', schemaPage('models/schema/style.schema.json', 'written by `concord style create`')],
    ['protocol-ct.md', schemaPage('protocols/schema/protocol-ct.schema.json', 'protocols/<id>/<version>.json')],
    ['manifest-ct.md', schemaPage('models/schema/manifest-ct.schema.json', 'models/<id>/<version>/manifest.json')],
    ['style-ct.md', schemaPage('models/schema/style-ct.schema.json', 'written by `concord style create`')],
  ]);
}

function cliPage(version, commands, commandHelp, programHelp) {
  const sections = commands.map((command) => `## concord ${command.name}\n\n${fenced(commandHelp(command))}`);
  return page('Command line', 'src/commands', [
    'Results go to standard output (with `--json` as one JSON value), talk, progress and errors to standard error. The exit status is explained in [errors.md](errors.md).',
    'Logs (`--log-file`, `-v`) are JSON lines without paths, header text or anything a patient could be known by. Set `CONCORD_STACK=1` to see the stack of an internal error.',
    fenced(programHelp(version, commands)), ...sections,
  ]);
}

const EXITS = [
  [0, 'All eligible scans are done; refusals by policy and skips are counted, not failed.'],
  [1, 'Internal error.'],
  [2, 'Usage or configuration: an option, a protocol, a device.'],
  [3, 'No eligible input: nothing was found, or nothing of it could be harmonized and nothing else is to blame.'],
  [4, 'With `--strict`: a scan was refused by policy (a code that says refuse in [issues.md](issues.md), not an unreadable file).'],
  [5, 'An input is unreadable: damaged, cut short, or not what its name says.'],
  [6, 'The output cannot be written, the disk is full, or another job holds the folder.'],
  [7, 'The model or the reference is missing, or a hash does not agree.'],
  [8, 'Partial: a scan failed (time limit, crash); the others are done.'],
  [9, 'A safety gate refused a result; the source should be kept.'],
  [130, 'Interrupted (SIGINT). Run the same command again: finished scans are not repeated.'],
  [143, 'Terminated (SIGTERM).'],
];

function errorPage(errorTable) {
  return page('Exit status and error codes', 'src/core/errors.ts', [
    '## Exit status', table(['status', 'meaning'], EXITS.map(([status, meaning]) => [String(status), meaning])),
    'When several apply, the first of these counts: 130 or 143, 1, 2, 7, 6, 5, 9, 8, 4, 3, 0.',
    '## Error codes', 'What is thrown, with the status it ends with when nothing more important happened. A code is never reused.',
    table(['code', 'status', 'what to do'], Object.entries(errorTable).map(([code, { exit, remedy }]) => [`\`${code}\``, String(exit), remedy])),
  ]);
}

function issuePage(issueTable) {
  return page('Issue codes', 'src/core/issues.ts', [
    'A scan\'s own fault. It stands in the scan\'s record and in `run.json`, and costs no other scan anything. *skip*: nothing to harmonize; *refuse*: the scan is left as it is; *flag*: harmonized, with a word of warning; *fail*: not harmonized, worth another try.',
    table(['code', 'severity', 'what to do'], Object.entries(issueTable).map(([code, { severity, remedy }]) => [`\`${code}\``, severity, remedy])),
  ]);
}

const WAYS = { lower: 'lower is better', higher: 'higher is better', 'near-1': 'near 1', 'near-reference': 'near the reference', change: 'expected to change' };

function metricPage(metrics, arms, ctArms) {
  const armTable = (entries) => table(['id', 'name', 'kind', 'what it does', 'source'], Object.entries(entries).map(([id, { name, role, does, source }]) => [`\`${id}\``, name, role, does, source]));
  return page('Metrics and comparator arms', 'src/metrics/catalogue.ts, src/pipeline/evaluation/arms/armCatalogue.ts and src/pipeline/evaluation/ct/ctArms.ts', [
    '## Metrics', 'What is measured of a scan and between a scan and its output. *Source* is the scan to change.',
    table(['id', 'name', 'unit', 'reads', 'formula', 'source'], Object.entries(metrics).map(([id, { name, unit, better, formula, source }]) => [`\`${id}\``, name, unit, WAYS[better], cell(formula), source])),
    '## Comparator arms', 'What stands beside a harmonized cohort in every table (`evaluate --arms`). Each is made from the same scans, and fitted to the reference’s training half alone; *wrong* arms are controls that the report must expose.',
    '### Of heads', armTable(arms), '### Of CT', armTable(ctArms),
  ]);
}

const HEAD_FAMILIES = [
  ['intensity', 'Summaries of intensity in the brain and in the head.'],
  ['tissue', 'The three classes of the brain’s intensities (in T1w fluid, grey and white matter), and intensity within the middle and the bright one.'],
  ['texture', 'Patterns of neighbouring voxels: IBSI matrices, local contrast, gradient, grain.'],
  ['embedding', 'A frozen embedding that no training has touched: 3-D Haar wavelet scattering of 2, 4 and 8 voxels. Nothing in it is learned or random. It sees texture, edges and grain by scale and direction, but no objects, so it is weaker than a network trained on images; its distances are comparable with no published FID or KID.'],
  ['quality', 'No-reference quality as in MRIQC, on the working grid; shown, and probed by nobody.'],
  ['silhouette', 'Shape of the filled masks alone: what the silhouette probe sees. Equal before and after by construction where both share a grid.'],
  ['histogram', 'Shares of voxels per bin of intensity: what the histogram probe sees.'],
];

const HEAD_FEATURES = {
  title: 'Features', source: 'src/metrics/features/featureCatalogue.ts', regions: ['brain', 'head'], families: HEAD_FAMILIES,
  text: 'one row a scan, on the working grid of 2 mm and the brain scale (90th percentile of the brain = 0.7). Where a scan has no value the cell is empty, for the reason in the last column. Texture: IBSI definitions, 32 bins of a fixed number over mean ± 3 SD of the region, 3-D neighbourhoods of distance 1 merged.',
};

const CT_FEATURES = {
  title: 'Features of CT', source: 'src/metrics/ct/ctFeatures.ts', regions: ['body', 'scan'],
  text: 'one row a scan, in Hounsfield units at the scan\'s own pixels. What was made of a scan is judged by the body and the tissues of that scan, where both share a grid. Where a scan has no value the cell is empty, for the reason in the last column. Texture: IBSI definitions, bins of 25 HU, neighbours of distance 1 in the slice, eight evenly spaced slices merged; pixels of another size see another texture.',
  families: [
    ['intensity', 'Hounsfield units of tissues away from edges: these must hold.'],
    ['tissue', 'What the body is made of, and the lung\'s density.'],
    ['texture', 'Patterns of neighbouring pixels, noise of flat tissue by frequency, and how sharp the skin is: what kernel and dose change.'],
    ['quality', 'Noise; shown, and probed by nobody.'],
    ['silhouette', 'Shape of the filled body alone: what the silhouette probe sees. Equal before and after by construction where both share a grid.'],
    ['histogram', 'Shares of voxels of the body per bin of HU: what the histogram probe sees.'],
  ],
};

function featurePage({ title, source, regions, families, text }, features) {
  return page(title, source, [
    `The ${features.length} columns of features.csv: ${text}`,
    table(['family', ...regions], families.map(([family]) => [family, ...regions.map((region) => String(features.filter((one) => one.family === family && one.region === region).length))])),
    ...families.flatMap(([family, meaning]) => [
      `## ${family}`, meaning,
      table(['id', 'name', 'unit', 'formula', 'source', 'absent'], features.filter((one) => one.family === family)
        .map(({ id, name, unit, formula, source, absent }) => [`\`${id}\``, name, unit, cell(formula), source, absent === undefined ? '' : `\`${absent}\``])),
    ]),
  ]);
}

/** A formula in a table: its bars would end the cell. */
function cell(text) {
  return text.replaceAll('|', '\\|');
}

function schemaPage(path, where) {
  const schema = JSON.parse(readFileSync(join(root, path), 'utf8'));
  const rows = propertyRows(schema, '', schema.$defs ?? {});
  return page(schema.title, path, [
    `${schema.description} File: ${where.includes('`') ? where : `\`${where}\``}. Unknown keys are refused.`,
    table(['key', 'value', 'meaning'], rows),
  ]);
}

function propertyRows(schema, prefix, definitions) {
  return Object.entries(schema.properties ?? {}).flatMap(([key, given]) => {
    const property = { ...definitions[given.$ref?.split('/').at(-1)], ...given };
    const name = `${prefix}${key}${schema.required?.includes(key) === false || schema.required === undefined ? '?' : ''}`;
    const inner = property.type === 'array' ? resolved(property.items, definitions) : property;
    const nested = propertyRows(inner ?? {}, `${prefix}${key}${property.type === 'array' ? '[].' : '.'}`, definitions);
    return [[`\`${name}\``, valueText(property, definitions), property.description ?? ''], ...nested];
  });
}

function resolved(schema, definitions) {
  return schema?.$ref === undefined ? schema : definitions[schema.$ref.split('/').at(-1)];
}

function valueText(schema, definitions) {
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${JSON.stringify(value)}\``).join(' or ');
  if (schema.type === 'array') return `list of ${valueText(resolved(schema.items, definitions), definitions)}${countText(schema)}`;
  const type = [schema.type].flat().join(' or ');
  const limits = [[schema.minimum, '≥'], [schema.exclusiveMinimum, '>'], [schema.maximum, '≤']]
    .filter(([limit]) => limit !== undefined).map(([limit, sign]) => `${sign} ${limit}`);
  const pattern = schema.pattern === undefined ? '' : ` like \`${schema.pattern.replaceAll('|', '\\|')}\``;
  return `${type}${limits.length === 0 ? '' : ` ${limits.join(', ')}`}${pattern}`;
}

function countText({ minItems, maxItems }) {
  return minItems !== undefined && minItems === maxItems ? ` (${minItems})` : '';
}

function page(title, source, parts) {
  return [`# ${title}`, `${GENERATED}\n<!-- Source: ${source} -->`, ...parts].join('\n\n') + '\n';
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function fenced(text) {
  return `\`\`\`text\n${text.trimEnd()}\n\`\`\``;
}

async function main() {
  await setup();
  const module = (path) => import(new URL(`../dist/${path}`, import.meta.url));
  const { commandModules } = await module('commands/commandModules.js');
  const { commandHelp, programHelp } = await module('commands/help.js');
  const { errorTable } = await module('core/errors.js');
  const { issueTable } = await module('core/issues.js');
  const { metricCatalogue } = await module('metrics/catalogue.js');
  const { featureCatalogue } = await module('metrics/features/featureCatalogue.js');
  const { ctFeatureCatalogue } = await module('metrics/ct/ctFeatures.js');
  const { armCatalogue } = await module('pipeline/evaluation/arms/armCatalogue.js');
  const { ctArmCatalogue } = await module('pipeline/evaluation/ct/ctArms.js');
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const folder = join(root, 'docs', 'reference');
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of renderReference({ version, commands: commandModules, commandHelp, programHelp, errorTable, issueTable, metricCatalogue, featureCatalogue, ctFeatureCatalogue, armCatalogue, ctArmCatalogue })) {
    writeFileSync(join(folder, name), text);
    step(`docs/reference/${name}`);
  }
  writeFileSync(join(folder, 'dicom-conformance.md'), renderConformance(await conformanceTables(module)));
  step('docs/reference/dicom-conformance.md');
}

async function conformanceTables(module) {
  const folder = 'formats/dicom/write';
  const { ruleTable } = await module(`${folder}/ruleTable.js`);
  const { tags } = await module(`${folder}/tags.js`);
  const { DROPPED_GROUPS: droppedGroups } = await module(`${folder}/dropGroups.js`);
  const { codes } = await module(`${folder}/codes.js`);
  const { transferSyntaxes } = await module('formats/dicom/transferSyntax.js');
  return { ruleTable, tags, droppedGroups, codes, transferSyntaxes, implementation: await module(`${folder}/implementation.js`) };
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) await main();
