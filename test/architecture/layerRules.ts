import { posix } from 'node:path';
import { directions, packageOwners, withoutNode } from './directionTable.ts';

export type Rule = 'known-folder' | 'direction' | 'package-owner' | 'node-module' | 'literal-import' | 'default-export' | 'thrown-literal' | 'empty-catch';
export type Fault = Readonly<{ file: string; rule: Rule; detail: string }>;

/** Comments, or strings; strings come first so that `//` in one is no comment. */
const COMMENTS_AND_STRINGS = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g;
const SPECIFIERS = [
  /^\s*(?:import|export)\b[^;'"()]*?\bfrom\s*['"]([^'"]+)['"]/gm, // static, type-only, re-export
  /^\s*import\s*['"]([^'"]+)['"]/gm, // side effect
  /\bimport\(\s*['"`]([^'"`]+)['"`]\s*[,)]/g, // dynamic, and the type form import('…').Name
  /\brequire\(\s*['"`]([^'"`]+)['"`]\s*\)/g,
];
const SHAPES: readonly (readonly [Rule, RegExp])[] = [
  ['literal-import', /\bimport\(\s*(?!['"`])\S/],
  ['default-export', /^\s*export\s+default\b|^\s*export\s*\{[^}]*\bas\s+default\b/m],
  ['thrown-literal', /\bthrow\s+(?:['"`{[\d]|null\b|undefined\b|true\b|false\b)/],
  ['empty-catch', /\bcatch\s*(?:\([^)]*\)\s*)?\{\s*\}|\.catch\(\s*\([^)]*\)\s*=>\s*\{\s*\}\s*\)/],
];

/** Every fault of a source tree, given as path below src → text. */
export function layerFaults(sources: ReadonlyMap<string, string>): readonly Fault[] {
  return [...sources].flatMap(([file, text]) => {
    const code = withoutComments(text);
    const shapes = SHAPES.filter(([, pattern]) => pattern.test(code)).map(([rule]) => ({ file, rule, detail: '' }));
    const folder = areaOf(file);
    if (!(folder in directions)) return [...shapes, { file, rule: 'known-folder' as const, detail: folder }];
    return [...shapes, ...specifiersIn(code).flatMap((specifier) => importFault(file, folder, specifier) ?? [])];
  });
}

export function specifiersIn(code: string): readonly string[] {
  return SPECIFIERS.flatMap((form) => [...code.matchAll(form)].map((match) => match[1]!));
}

export function withoutComments(text: string): string {
  return text.replace(COMMENTS_AND_STRINGS, (found) => (found.startsWith('/') ? ' ' : found));
}

/** The folder of src that a file is in; a file directly in src is its own. */
export function areaOf(file: string): string {
  return file.split('/')[0]!;
}

function importFault(file: string, folder: string, specifier: string): Fault | undefined {
  if (specifier.startsWith('node:')) {
    return withoutNode.includes(folder) ? { file, rule: 'node-module', detail: specifier } : undefined;
  }
  if (!specifier.startsWith('.')) {
    const name = specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
    return packageOwners[name] === file ? undefined : { file, rule: 'package-owner', detail: name };
  }
  const target = areaOf(posix.join(posix.dirname(file), specifier));
  const isAllowed = target === folder || directions[folder]!.includes(target);
  return isAllowed ? undefined : { file, rule: 'direction', detail: specifier };
}
