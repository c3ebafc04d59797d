// Data table: the comparators and controls of an evaluation (validation.md §7). Options, docs and report read this.

export type ArmEntry = Readonly<{
  name: string;
  /** What it is there for: a cheap rival, or a control that is wrong on purpose and must be found out. */
  role: 'nothing' | 'rival' | 'wrong';
  does: string;
  source: string;
}>;

export const armCatalogue = {
  identity: { name: 'Doing nothing', role: 'nothing', does: 'The scan as it came, position and brain scale taken out.', source: 'definition' },
  preprocessing: { name: 'Preprocessing only', role: 'rival', does: 'Smooth shading divided out of the brain, then its own scale; no reference is looked at.', source: 'Van Leemput et al. 1999' },
  zscore: { name: 'Z-score', role: 'rival', does: 'Mean and SD of the brain become the reference’s mean of both.', source: 'definition' },
  whitestripe: { name: 'WhiteStripe', role: 'rival', does: 'Mean and SD of the brightest tissue’s stripe (5 % of the brain on either side of its mode) become the reference’s. For T1w.', source: 'Shinohara et al. 2014' },
  histogram: { name: 'Histogram matching, head', role: 'rival', does: '128 quantiles of the head become the reference’s mean quantiles.', source: 'Gonzalez & Woods 2008, §3.3' },
  'histogram-brain': { name: 'Histogram matching, brain', role: 'rival', does: '128 quantiles of the brain become the reference’s mean quantiles, as concord’s own closed-form start does.', source: 'Gonzalez & Woods 2008, §3.3' },
  nyul: { name: 'Nyúl landmarks', role: 'rival', does: 'Deciles and ends (1 %, 99 %) of the brain become the standard scale learned from the reference.', source: 'Nyúl & Udupa 1999' },
  blur: { name: 'Blur, σ = 2 voxels', role: 'wrong', does: 'A Gaussian blur of 4 mm: what tells sites apart goes, and the anatomy with it.', source: 'definition' },
  shuffled: { name: 'Shuffled style', role: 'wrong', does: '128 brain quantiles become those of one reference person drawn at random: the group looks right, nobody keeps their own contrast.', source: 'definition' },
} as const satisfies Record<string, ArmEntry>;

/** What a report calls each arm of a catalogue and says it is for. */
export function armNotes(catalogue: Readonly<Record<string, ArmEntry>>): Readonly<Record<string, Readonly<{ name: string; purpose: string; kind: 'comparator' | 'control' }>>> {
  return Object.fromEntries(Object.entries(catalogue).map(([arm, { name, does, role }]) => [arm, { name, purpose: does, kind: role === 'wrong' ? 'control' : 'comparator' }]));
}

export type ArmId = keyof typeof armCatalogue;

export const armIds = Object.keys(armCatalogue) as readonly ArmId[];
