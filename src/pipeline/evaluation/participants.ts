import { readFile } from 'node:fs/promises';

import { ConcordError } from '../../core/errors.ts';
import type { Covariate, CovariateTable } from '../../core/featureTable.ts';

export const noParticipants: CovariateTable = { covariates: [], sites: null };

/** A category with more levels than this is a name or a date, not a group of people. */
const MOST_LEVELS = 12;

/**
 * Reads participants.tsv (BIDS): `participant_id` and any columns. Columns of numbers with more than two values are
 * numeric, the others categories; `n/a` and empty cells are not known.
 *
 * @throws CONCORD_INPUT_UNREADABLE if it cannot be read or has no participant_id
 * @throws CONCORD_USAGE if the site column is asked for and absent
 */
export async function readParticipants(path: string, siteColumn: string | null): Promise<CovariateTable> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new ConcordError('CONCORD_INPUT_UNREADABLE', 'The participants file cannot be read.', { cause });
  }
  return parseParticipants(text, siteColumn);
}

export function parseParticipants(text: string, siteColumn: string | null): CovariateTable {
  const [header = [], ...rows] = text.replace(/^\uFEFF/, '').split(/\r?\n/).filter((line) => line.trim() !== '').map((line) => line.split('\t').map((cell) => cell.trim()));
  const id = header.indexOf('participant_id');
  if (id === -1) throw new ConcordError('CONCORD_INPUT_UNREADABLE', 'participants.tsv needs a tab-separated column participant_id; it has none.');
  if (siteColumn !== null && !header.includes(siteColumn)) {
    throw new ConcordError('CONCORD_USAGE', `--site-column ${siteColumn} is not a column of the participants file; it has ${header.join(', ')}.`);
  }
  const subjects = rows.map((row) => (row[id]!.startsWith('sub-') ? row[id]! : `sub-${row[id]!}`));
  const columnOf = (name: string): Map<string, string | null> => {
    const column = header.indexOf(name);
    return new Map(rows.map((row, n) => [subjects[n]!, known(row[column])]));
  };
  const covariates = header.filter((name, column) => column !== id && name !== siteColumn).flatMap((name) => covariateOf(name, columnOf(name)));
  const sites = siteColumn === null ? null : new Map([...columnOf(siteColumn)].flatMap(([subject, site]) => (site === null ? [] : [[subject, site.replace(/[^A-Za-z0-9]/g, '')] as const])));
  return { covariates, sites };
}

function known(cell: string | undefined): string | null {
  return cell === undefined || cell === '' || /^n\/?a$/i.test(cell) || cell === 'NaN' ? null : cell;
}

function covariateOf(name: string, cells: ReadonlyMap<string, string | null>): Covariate[] {
  const values = [...new Set([...cells.values()].filter((cell) => cell !== null))];
  if (values.length === 0) return [];
  if (values.length > 2 && values.every((value) => Number.isFinite(Number(value)))) {
    return [{ name, kind: 'numeric', values: new Map([...cells].map(([subject, cell]) => [subject, cell === null ? null : Number(cell)])) }];
  }
  return values.length > MOST_LEVELS ? [] : [{ name, kind: 'category', values: cells }];
}
