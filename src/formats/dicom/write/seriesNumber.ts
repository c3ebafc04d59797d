const PER_SERIES = 100;
/** VR IS. */
const LARGEST = 2 ** 31 - 1;

/**
 * A hundred times the source's number plus 1, or the next that no known series of the study has; of a source without a
 * usable number, from 1 on (dicom.md D-07).
 */
export function harmonizedSeriesNumber(source: string, taken: readonly number[]): number {
  const number = /^\d{1,10}$/.test(source) ? Number(source) : 0;
  const base = number * PER_SERIES + PER_SERIES > LARGEST ? 0 : number * PER_SERIES;
  let candidate = base + 1;
  while (taken.includes(candidate)) candidate++;
  return candidate;
}
