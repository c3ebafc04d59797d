// Data table: what the features and columns of a cohort evaluation are called, and what they mean.
export const featureLabels: Readonly<Record<string, Readonly<{ name: string; meaning: string }>>> = {
  brainIntensity: { name: 'Brain intensity', meaning: 'All brain voxels: tissue brightness and contrast.' },
  headIntensity: { name: 'Whole-head intensity', meaning: 'Scalp, fat and fluid too, where protocols differ most.' },
  localContrast: { name: 'Local contrast', meaning: 'SD in 3 × 3 × 3 voxels of 2 mm in the brain: texture, sharpness and grain.' },
  softDetail: { name: 'Grain of soft tissue', meaning: 'How far voxels of soft tissue lie from a Gaussian of 2 mm, HU: noise, its kernel and its dose.' },
  bodyHu: { name: 'HU of the body', meaning: 'All voxels of the body: anatomy first, and how far grain spreads it.' },
};

export const regionLabels = { brain: 'Brain', head: 'Head', body: 'Body', soft: 'Soft tissue' } as const;
