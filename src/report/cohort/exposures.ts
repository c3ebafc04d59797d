// Data table: what an arm does wrong, in words. The record names the fault, the report says what it means.
const exposures: Readonly<Record<string, string>> = {
  TEXTURE_LOST: 'Fine detail is gone. Sites look alike because there is less left to tell them by.',
  STRUCTURE_LOST: 'Edges are not where the source has them.',
  ORDER_LOST: 'People changed places: who was high is no longer high.',
  SPREAD_LOST: 'People were made alike, not only scanners.',
  IDENTITY_LOST: 'Outputs no longer find their own source among all scans.',
  EFFECT_LOST: 'Effects of age or sex shrank with the site.',
  SITE_LEFT: 'A probe trained on the outputs still tells the site beyond its floors.',
  FROZEN_FOOLED: 'A probe trained on raw scans is fooled, one trained on the outputs is not: the site changed its clothes.',
  INTENSITY_LEFT: 'Intensities alone still tell the site.',
  HARM: 'Farther from the reference than before.',
};

export function exposureText(code: string): string {
  return exposures[code] ?? `${code.charAt(0)}${code.slice(1).toLowerCase().replaceAll('_', ' ')}.`;
}
