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

/**
 * Numbers for the harmonized series of a listing, by name: each free among the sources of its study and the numbers
 * given before. Equal listings give equal numbers.
 */
export function assignSeriesNumbers(
  inputs: readonly Readonly<{ name: string; study?: string; seriesNumber?: string }>[],
): Readonly<Record<string, number>> {
  const taken = new Map<string, number[]>();
  const numbersOf = (study: string): number[] => taken.get(study) ?? taken.set(study, []).get(study)!;
  for (const { study = '', seriesNumber = '' } of inputs) numbersOf(study).push(Number(seriesNumber));
  return Object.fromEntries(inputs.map(({ name, study = '', seriesNumber = '' }) => {
    const number = harmonizedSeriesNumber(seriesNumber, numbersOf(study));
    numbersOf(study).push(number);
    return [name, number];
  }));
}
