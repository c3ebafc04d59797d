import type { CohortRecord } from '../../core/cohortRecord.ts';

/** What the page of a cohort says of heads, and of CT. */
type ModalityTexts = Readonly<{
  /** Cards of the summary: features whose distance to the reference is shown first. */
  cards: readonly Readonly<{ feature: string; title: string }>[];
  error: Readonly<{ region: string; title: string }>;
  unit: string;
  digits: number;
  anatomyKept: string;
  figure: Readonly<{ feature: string; title: string; cumulativeTitle: string; axis: string; shareAxis: string; end: number; noun: string; distanceAxis: string }>;
  gallery: Readonly<{ caption: string; alt: string }>;
  preprocessing: Readonly<{ known: string; yours: string }>;
  methods: Readonly<{ preparation: string; people: string; features: string; fidelity: (cite: (id: 'lucas1981' | 'wang2004' | 'studholme1999') => string) => string; region: string }>;
}>;

export const modalityTexts: Readonly<Record<CohortRecord['modality'], ModalityTexts>> = {
  MR: {
    cards: [{ feature: 'brainIntensity', title: 'Brain: distance to the reference' }, { feature: 'headIntensity', title: 'Head: distance to the reference' }],
    error: { region: 'brain', title: 'Brain: error to the truth' },
    unit: 'brain scale',
    digits: 4,
    anatomyKept: 'Gradient correlation before and after, native grid.',
    figure: {
      feature: 'brainIntensity', title: 'Brain intensities, pooled', cumulativeTitle: 'Share of the brain below, %', axis: 'Intensity (brain scale: 90 % of the brain lies below 0.7)',
      shareAxis: 'Share of the brain', end: 1.4, noun: 'brain intensity', distanceAxis: 'Wasserstein-1 distance of brain intensities (brain scale)',
    },
    gallery: {
      caption: 'Rows: before, after, and after − before (darker to brighter, ±0.2 on the brain scale; grey is unchanged). Slices of the upper head, the person’s left on the left. The difference should follow tissues; outlines that the upper row lacks, blocks, stripes or patches are faults.',
      alt: 'axial slices of the upper head before, after, and their difference.',
    },
    preprocessing: { known: 'Reoriented, resampled to 2 mm in a head frame, scaled by the 90th percentile of the brain; stated in the methods text.', yours: 'Everything done before: bias correction, registration, skull stripping.' },
    methods: {
      preparation: 'Each was reoriented, resampled to 2 mm in a head-centred frame and scaled by the 90th percentile of the brain; no bias field was removed.',
      features: 'Intensities of the brain and of the whole head, and the local standard deviation in 3 × 3 × 3 voxels,',
      fidelity: (cite) => `on the native grid by the correlation of gradient magnitudes and by least-squares displacement ${cite('lucas1981')}, and at 2 mm by structural similarity ${cite('wang2004')} and normalized mutual information ${cite('studholme1999')}.`,
      people: '',
      region: 'brain',
    },
  },
  CT: {
    cards: [{ feature: 'softDetail', title: 'Grain of soft tissue: distance to the reference' }, { feature: 'bodyHu', title: 'HU of the body: distance to the reference' }],
    error: { region: 'body', title: 'Body: error to the truth' },
    unit: 'HU',
    digits: 2,
    anatomyKept: 'Gradient correlation before and after, both smoothed by 2 mm: grain is meant to change.',
    figure: {
      feature: 'softDetail', title: 'Grain of soft tissue, pooled', cumulativeTitle: 'Share of soft tissue below, %', axis: 'Distance of a voxel from its surroundings, HU',
      shareAxis: 'Share of soft tissue', end: 125, noun: 'the grain of soft tissue', distanceAxis: 'Wasserstein-1 distance of the grain of soft tissue (HU)',
    },
    gallery: {
      caption: 'Rows: before, after, and after − before (darker to brighter, ±100 HU; grey is unchanged), three slices each, averaged down, in the soft-tissue window (−160 to 240 HU), the person’s left on the left. The difference should be grain and the rims of edges; a patch, a block or a shape that is no edge is a fault.',
      alt: 'three axial slices before, after, and their difference.',
    },
    preprocessing: { known: 'None: scans were judged in HU at their own pixels, inside the body; stated in the methods text.', yours: 'Everything done before: resampling, windowing, denoising.' },
    methods: {
      preparation: 'Each was judged in Hounsfield units at its own pixels, inside the body, which was found on the scan before smoothed by 2 mm; nothing was resampled.',
      features: 'Distances of soft-tissue voxels from their surroundings (a Gaussian of 2 mm in the slice), and the HU of the body,',
      fidelity: () => 'inside the body by the correlation of gradient magnitudes in the slice after a Gaussian of 2 mm, by the mean absolute change, and by the shift of the means of homogeneous 10 mm regions; displacement was not measured.',
      people: ' Order, spread, distances and identity of people were measured on HU of tissues, lung density and the shares of lung, fat, soft tissue and bone alone: grain is the scanner’s.',
      region: 'body',
    },
  },
};
